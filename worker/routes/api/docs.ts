/**
 * The public routes of the API: its OpenAPI document, and the same for people.
 */
import { Hono } from "hono";
import * as v from "valibot";
import type { AppEnv } from "../../app-env.ts";
import { describe } from "./describe.ts";
import { renderDocs } from "./docs-page.ts";
import { DOCS_STYLE } from "./docs-style.ts";
import type { ApiDocument } from "./openapi.ts";

/** Creates the routes; `readDocument` yields the document of the whole API, these two routes included. */
export function createDocRoutes(readDocument: () => Promise<ApiDocument>): Hono<AppEnv> {
  const docs = new Hono<AppEnv>();
  docs.get(
    "/openapi.json",
    describe({
      id: "getOpenapi",
      tag: "operations",
      summary: { zh: "本文档（OpenAPI 3.1）", en: "This document (OpenAPI 3.1)" },
      answers: {
        200: {
          text: { zh: "OpenAPI 文档", en: "The document" },
          content: { type: "application/json", schema: v.looseObject({ openapi: v.string() }) },
        },
      },
      isPublic: true,
    }),
    async (c) => c.json(await readDocument()),
  );
  docs.get(
    "/docs",
    describe({
      id: "getDocs",
      tag: "operations",
      summary: { zh: "接口说明页面", en: "The API's page for people" },
      answers: { 200: { text: { zh: "网页", en: "A page" }, content: { type: "text/html" } } },
      isPublic: true,
    }),
    async (c) => {
      c.header("content-security-policy", await contentPolicy());
      return c.html(renderDocs(await readDocument()));
    },
  );
  return docs;
}

/** Nothing may be loaded or run; the one style sheet is allowed by its hash. */
async function contentPolicy(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(DOCS_STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
