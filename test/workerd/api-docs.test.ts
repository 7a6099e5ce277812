import { env, exports } from "cloudflare:workers";
import { describe, it } from "vitest";
import { PROBLEMS } from "../../shared/api/problem-table.ts";
import { buildCall } from "./api-client.ts";
import { described, findProblems, readDocument, type Document, type Operation, type Schema } from "./api-contract.ts";

const document = await readDocument();

/** Gets a static asset, which the platform serves without the worker. */
async function getFile(path: string): Promise<Response> {
  const request = buildCall("GET", path, { key: null });
  return described(request, await env.ASSETS.fetch(request.clone()));
}

/** Returns every operation with its name, `METHOD path`. */
function operations(of: Document): readonly (readonly [string, Operation])[] {
  return Object.entries(of.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
}

/** Returns every value that a key has anywhere in a tree. */
function valuesOf(tree: unknown, key: string): readonly unknown[] {
  if (typeof tree !== "object" || tree === null) return [];
  const own = Object.entries(tree).flatMap(([name, value]) => (name === key ? [value] : []));
  return own.concat(Object.values(tree).flatMap((value) => valuesOf(value, key)));
}

describe("GET /api/openapi.json", () => {
  it("is public and declares OpenAPI 3.1", async ({ expect }) => {
    const response = await getFile("/api/openapi.json");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "edge-kefu", version: "1" } });
  });

  it("names every route of the contract", ({ expect }) => {
    expect(
      operations(document)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(
      [
        "GET /api/openapi.json",
        "GET /api/docs",
        "POST /api/v1/conversations/{id}/messages",
        "GET /api/v1/conversations/{id}/messages",
        "GET /api/v1/messages/{id}",
        "DELETE /api/v1/messages/{id}",
        "GET /api/v1/conversations/{id}",
        "DELETE /api/v1/conversations/{id}",
        "GET /api/v1/conversations/{id}/export",
        "POST /api/v1/conversations/{id}/typing",
        "POST /api/v1/conversations/{id}/unmask",
        "POST /api/v1/media",
        "GET /api/v1/media/{mediaId}",
        "GET /api/v1/settings",
        "PUT /api/v1/settings",
        "GET /api/v1/milestones",
        "POST /api/v1/resume",
        "GET /api/v1/quarantine",
        "GET /api/v1/webhooks",
        "POST /api/v1/webhooks/{id}/replay",
        "DELETE /api/v1/webhooks/{id}/skipped",
        "GET /api/v1/events",
        "GET /api/v1/forwarding",
        "POST /api/v1/conversations/{id}/webhooks/{webhook}/replay",
        "GET /api/v1/diagnostics",
        "GET /api/v1/audit",
        "GET /api/v1/alerts",
        "POST /api/v1/alerts/test",
        "POST /api/v1/sign-in",
        "POST /api/v1/sign-in/invite",
        "POST /api/v1/sign-in/invite/read",
        "POST /api/v1/sign-out",
        "GET /api/v1/me",
        "GET /api/v1/me/sign-ins",
        "DELETE /api/v1/me/sign-ins",
        "DELETE /api/v1/me/sign-ins/{id}",
        "GET /api/v1/agents",
        "POST /api/v1/agents",
        "PATCH /api/v1/agents/{id}",
        "POST /api/v1/agents/{id}/invite",
        "GET /api/v1/conversations",
        "POST /api/v1/conversations/{id}/media",
        "GET /api/v1/conversations/{id}/media/{mediaId}",
        "POST /api/v1/conversations/{id}/take",
        "POST /api/v1/conversations/{id}/transfer",
        "GET /api/v1/conversations/{id}/close",
        "POST /api/v1/conversations/{id}/close",
        "POST /api/v1/conversations/{id}/park",
        "POST /api/v1/conversations/{id}/unpark",
        "POST /api/v1/conversations/{id}/reopen",
        "POST /api/v1/conversations/{id}/offer",
        "POST /api/v1/conversations/{id}/replies",
        "POST /api/v1/conversations/{id}/notes",
        "POST /api/v1/conversations/{id}/seen",
        "GET /api/v1/conversations/{id}/draft",
        "PUT /api/v1/conversations/{id}/draft",
        "PUT /api/v1/me/presence",
        "GET /api/v1/desk/socket",
        "POST /api/v1/desk/rebuild",
      ].toSorted(),
    );
  });

  it("has no reference that leads nowhere, and no two operations of one id", ({ expect }) => {
    const known = new Set(Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`));
    const refs = valuesOf(document, "$ref").map(String);
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => !known.has(ref))).toEqual([]);
    const ids = operations(document).map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("declares every path parameter, tag, description and answer", ({ expect }) => {
    const tags = document.tags.map((tag) => tag.name);
    for (const [name, operation] of operations(document)) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(
        inPath.map((parameter) => `{${parameter.name}}`),
        name,
      ).toEqual(name.match(/\{\w+\}/g) ?? []);
      expect(tags, name).toEqual(expect.arrayContaining([...operation.tags]));
      expect(operation.summary, name).toMatch(/\p{Script=Han}.* \/ .*[a-z]/u);
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${name} ${status}`).not.toBe("");
      }
    }
  });

  it("closes every operation but its own two and signing in, and documents what a closed one may answer", ({
    expect,
  }) => {
    expect(document.security).toEqual([{ apiKey: [] }]);
    expect(document.components.securitySchemes).toEqual({
      apiKey: { type: "http", scheme: "bearer" },
      signIn: { type: "apiKey", in: "cookie", name: "__Host-kefu" },
    });
    for (const [name, operation] of operations(document)) {
      const isFile = !name.includes("/api/v1/");
      const isPublic = isFile || name.startsWith("POST /api/v1/sign-in");
      expect((operation.security ?? []).length > 0, name).toBe(!isPublic);
      const ofCaller = isPublic ? [] : ["401"];
      const common = isFile ? ["200", "304"] : [...ofCaller, "403", "404", "429", "500", "503"];
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(common));
    }
  });

  it("describes every problem of the table with its facts", ({ expect }) => {
    for (const [code, { status, facts }] of Object.entries(PROBLEMS)) {
      const schema: Schema | undefined = document.components.schemas[`Problem_${code}`];
      expect(schema?.properties?.["status"]?.const, code).toBe(status);
      expect(Object.keys(schema?.properties ?? {}), code).toEqual([
        "type",
        "title",
        "status",
        "code",
        "detail",
        ...Object.keys(facts),
      ]);
    }
  });

  it("shows query parameters as the numbers they become, with their defaults", ({ expect }) => {
    const list = document.paths["/api/v1/conversations/{id}/messages"]?.["get"];
    const limit = list?.parameters?.find((parameter) => parameter.name === "limit");
    expect(limit?.schema).toMatchObject({ type: "integer", minimum: 1, maximum: 200, default: 100 });
  });

  it("describes the body of a send as the sender checks it", ({ expect }) => {
    const schema = document.components.schemas["Send"] ?? {};
    const fits = (value: unknown) => findProblems(document, schema, value, "$").length === 0;
    expect(fits({ type: "text", content: "你好", hold: true, isAi: false })).toBe(true);
    expect(fits({ type: "image", mediaId: "m" })).toBe(true);
    expect(fits({ type: "text", content: "" })).toBe(false);
    expect(fits({ type: "text", content: "a", extra: 1 })).toBe(false);
    expect(fits({ type: "voice", mediaId: "m" })).toBe(false);
  });
});

describe("GET /api/docs", () => {
  it("is a public page without script, under a policy that allows only its own style", async ({ expect }) => {
    const response = await getFile("/api/docs");
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(page).not.toMatch(/<script|javascript:|\son\w+=/i);
    expect(page).not.toMatch(/(?:src|href)="(?!\/api\/|#)/);
    const style = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? "";
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style)));
    const hash = btoa(String.fromCharCode(...digest));
    expect(response.headers.get("content-security-policy")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toContain(" style=");
  });

  it("is Chinese first with English beside it, for phones, light and dark", async ({ expect }) => {
    const page = await (await getFile("/api/docs")).text();
    expect(page).toContain('<html lang="zh-CN">');
    expect(page).toContain('<p lang="en">Send a user a message</p>');
    expect(page.indexOf("给用户发一条消息")).toBeLessThan(page.indexOf("Send a user a message"));
    expect(page).toContain('name="viewport"');
    expect(page).toContain("prefers-color-scheme: dark");
  });

  it("has every operation, and an anchor for every problem's type", async ({ expect }) => {
    const page = await (await getFile("/api/docs")).text();
    for (const [name] of operations(document)) expect(page).toContain(`<code>${name}</code>`);
    for (const code of Object.keys(PROBLEMS)) {
      expect(page, code).toContain(`id="${code}"`);
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it("is revalidated each time and is always treated as HTML", async ({ expect }) => {
    const response = await getFile("/api/docs");
    expect(response.headers.get("cache-control")).toBe("public, max-age=0, must-revalidate");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  });

  it("is not sent again to who has it", async ({ expect }) => {
    const etag = (await getFile("/api/docs")).headers.get("etag") ?? "";
    const request = buildCall("GET", "/api/docs", { key: null, headers: { "if-none-match": etag } });
    const response = await env.ASSETS.fetch(request);
    expect(response.status).toBe(304);
    expect(await response.text()).toBe("");
  });
});

describe("the worker", () => {
  it("has neither file itself: all it has is closed", async ({ expect }) => {
    for (const path of ["/api/docs", "/api/openapi.json"]) {
      expect((await exports.default.fetch(buildCall("GET", path, { key: null }))).status).toBe(401);
    }
  });
});
