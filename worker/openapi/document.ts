/**
 * Generates the OpenAPI 3.1 document from the routes and their validators, with the descriptions of `routes/`.
 */
import { describeRoute, generateSpecs, validator } from "hono-openapi";
import { Hono } from "hono/tiny";
import { findTargetHandler } from "hono/utils/handler";
import { both } from "../../shared/api/schemas.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { createApi } from "../routes/api/index.ts";
import { noteOf, type Note } from "../routes/http/operation.ts";
import { describeProblem, toOperation } from "./describe-route.ts";
import type { RouteDoc, Tag } from "./route-docs.ts";
import { ROUTE_DOCS } from "./routes/index.ts";

/** The OpenAPI document. */
export type ApiDocument = Awaited<ReturnType<typeof generateSpecs>>;

/** The description of the API. */
const ABOUT: BilingualText = {
  zh: "小程序客服接口。接口需要 Authorization: Bearer <API 密钥>，或客服在 /desk 的登录，见各接口；错误均为 application/problem+json，请按 code 判断；时间为 UTC 的 ISO 8601；JSON 请求体最大 64 KB。",
  en: "Customer service of WeChat mini programs. A route needs Authorization: Bearer <API key>, or the sign-in of an agent at /desk, as each route states; errors are application/problem+json: branch on their code; times are ISO 8601 in UTC; a JSON body has at most 64 KB.",
};

/** The groups of routes, in the order of the docs page. */
const TAGS: Readonly<Record<Tag, BilingualText>> = {
  messages: { zh: "消息", en: "Messages" },
  conversations: { zh: "对话", en: "Conversations" },
  media: { zh: "图片", en: "Pictures" },
  desk: { zh: "客服工作台", en: "Desk" },
  people: { zh: "客服与登录", en: "Agents and sign-in" },
  settings: { zh: "设置", en: "Settings" },
  operations: { zh: "运维", en: "Operations" },
};

/** Generates the OpenAPI document. */
export function createDocument(): Promise<ApiDocument> {
  return generateSpecs(describeApi(), {
    // Every route lists its own problems.
    defaultValidationErrorResponse: false,
    documentation: {
      info: { title: "edge-kefu", version: "1", description: both(ABOUT.zh, ABOUT.en) },
      servers: [{ url: "/" }],
      security: [{ apiKey: [] }],
      tags: Object.entries(TAGS).map(([name, { zh, en }]) => ({ name, description: both(zh, en) })),
      // Static files, served without the worker.
      paths: {
        "/api/openapi.json": {
          get: describeFile("getOpenapi", { zh: "本文档（OpenAPI 3.1）", en: "This document (OpenAPI 3.1)" }, [
            "application/json",
            { schema: { type: "object" } },
          ]),
        },
        "/api/docs": {
          get: describeFile("getDocs", { zh: "接口说明页面", en: "The API documentation page" }, ["text/html", {}]),
        },
      },
      components: {
        securitySchemes: {
          apiKey: { type: "http", scheme: "bearer" },
          signIn: { type: "apiKey", in: "cookie", name: "__Host-kefu" },
        },
        // The answer for unknown paths; no operation returns it.
        responses: { RouteNotFound: describeProblem(["route_not_found"]) },
      },
    },
  });
}

/**
 * Builds a copy of the API's routes: each middleware with a note is replaced by one that hono-openapi can read, and all
 * others are left out.
 */
function describeApi(): Hono {
  const described = new Hono().basePath("/api");
  for (const { method, path, handler } of createApi().routes) {
    const note = noteOf(findTargetHandler(handler));
    if (note !== undefined) described.on(method, path, toReadable(note));
  }
  return described;
}

function toReadable(note: Note) {
  if (note.kind === "operation") return describeRoute(toOperation(note.id, note.access, docOf(note.id)));
  return validator(note.target, note.schema, undefined, note.options);
}

function describeFile(operationId: string, summary: BilingualText, [type, content]: readonly [string, object]) {
  return {
    operationId,
    tags: ["operations" satisfies Tag],
    summary: both(summary.zh, summary.en),
    security: [],
    responses: {
      200: { description: both("文件", "The file"), content: { [type]: content } },
      304: { description: both("未更改（If-None-Match）", "Not changed (If-None-Match)") },
    },
  };
}

function docOf(id: string): RouteDoc {
  const doc = ROUTE_DOCS[id];
  if (doc === undefined) throw new Error(`the operation ${id} is not described: add it to worker/openapi/routes/`);
  return doc;
}
