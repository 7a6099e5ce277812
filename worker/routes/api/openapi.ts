/**
 * The OpenAPI 3.1 document: made once per isolate from the routes themselves, so that it cannot say anything else
 * than what they check and answer.
 */
import type { Env, Hono } from "hono";
import { generateSpecs } from "hono-openapi";
import type { BilingualText } from "../../../shared/errcode.ts";
import { describeProblem, TAGS } from "./describe.ts";
import { both } from "./schemas.ts";

/** The document. */
export type ApiDocument = Awaited<ReturnType<typeof generateSpecs>>;

/** What the API is, for people. */
const ABOUT: BilingualText = {
  zh: "小程序客服接口。所有 /api/v1 接口都需要 Authorization: Bearer <API 密钥>；错误均为 application/problem+json，请按 code 判断；时间为 UTC 的 ISO 8601；JSON 请求体最大 64 KB。",
  en: "Customer service of WeChat mini programs. Everything under /api/v1 needs Authorization: Bearer <API key>; errors are application/problem+json, go by their code; times are ISO 8601 in UTC; a JSON body has at most 64 KB.",
};

/** Generates the document of an app whose routes are mounted where they are served. */
export function createDocument<E extends Env>(api: Hono<E>): Promise<ApiDocument> {
  return generateSpecs(api, {
    // A path with a dot is a route here, not a file.
    excludeStaticFile: false,
    // Every route names its own problems.
    defaultValidationErrorResponse: false,
    documentation: {
      info: { title: "edge-kefu", version: "1", description: both(ABOUT.zh, ABOUT.en) },
      servers: [{ url: "/" }],
      security: [{ apiKey: [] }],
      tags: Object.entries(TAGS).map(([name, { zh, en }]) => ({ name, description: both(zh, en) })),
      components: {
        securitySchemes: { apiKey: { type: "http", scheme: "bearer" } },
        // No operation answers it, any other path does.
        responses: { RouteNotFound: describeProblem(["route_not_found"]) },
      },
    },
  });
}
