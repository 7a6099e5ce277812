import { env, exports } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { API_KEY, APPID, captureLog } from "../support/workerd.ts";
import { bodyOf, buildCall, call, send, useSilentSettings } from "./api-client.ts";
import { readDocument } from "./api-contract.ts";
import { lines, useWorker } from "./each-test.ts";

const OTHER_KEY = "other-key-0123456789abcdef";

useWorker({ settings: null });

describe("the lock", () => {
  const paths = [
    "/api",
    "/api/",
    "/api/v1",
    "/api/v2/anything",
    "/api/v1/nothing",
    "/api/docs/more",
    "/api/openapi.yaml",
    "/api/v1/settings",
    "/api/v1/conversations/oA/messages",
    "/api//v1/settings",
    "/api/./v1/settings",
    "/api/docs/../v1/settings",
    "/api/%64ocs/x",
  ];

  it.for(paths.flatMap((path) => ["GET", "POST", "PUT", "DELETE", "OPTIONS"].map((method) => ({ method, path }))))(
    "keeps $method $path closed to who has no key",
    async ({ method, path }, { expect }) => {
      const response = await call(method, path, { key: null });
      expect(response.status).toBe(401);
      expect(await bodyOf(response)).toMatchObject({
        code: "unauthorized",
        status: 401,
        type: "/api/docs#unauthorized",
      });
    },
  );

  it("keeps every documented route closed that is not said to be public", async ({ expect }) => {
    const { paths: documented } = await readDocument();
    for (const [path, item] of Object.entries(documented)) {
      for (const [method, { security }] of Object.entries(item)) {
        const isFile = path === "/api/openapi.json" || path === "/api/docs";
        if (!isFile && security?.length === 0) continue;
        const response = isFile
          ? await env.ASSETS.fetch(`https://kefu.test${path}`)
          : await call(method.toUpperCase(), path.replaceAll(/[{}]/g, ""), { key: null });
        expect(response.status, `${method} ${path}`).toBe(isFile ? 200 : 401);
      }
    }
  });

  it("contains WWW-Authenticate, with the error only when a key was sent", async ({ expect }) => {
    const without = await call("GET", "/api/v1/settings", { key: null });
    expect(without.headers.get("www-authenticate")).toBe('Bearer realm="edge-kefu"');
    const wrong = await call("GET", "/api/v1/settings", { key: "wrong-key-0123456789abcdef" });
    expect(wrong.headers.get("www-authenticate")).toBe('Bearer realm="edge-kefu", error="invalid_token"');
    expect(wrong.headers.get("content-type")).toBe("application/problem+json");
  });

  it.for([
    `Basic ${btoa(API_KEY)}`,
    API_KEY,
    "Bearer",
    "Bearer ",
    `Bearer ${API_KEY}x`,
    `Bearer ${API_KEY.slice(1)}`,
    `Bearer ${API_KEY.slice(0, -1)}`,
    `Bearer ${API_KEY},${OTHER_KEY}`,
    `Bearer ${API_KEY} ${API_KEY}`,
    `Bearer ${API_KEY.toUpperCase()}`,
  ])("refuses the Authorization header %j", async (authorization, { expect }) => {
    expect((await call("GET", "/api/v1/settings", { key: null, headers: { authorization } })).status).toBe(401);
  });

  it("opens to every key that is set, the scheme in any case", async ({ expect }) => {
    for (const authorization of [`Bearer ${API_KEY}`, `bearer ${API_KEY}`, `Bearer ${OTHER_KEY}`]) {
      expect((await call("GET", "/api/v1/settings", { key: null, headers: { authorization } })).status).toBe(200);
    }
  });

  it("does not take a key from the URL", async ({ expect }) => {
    const path = `/api/v1/settings?access_token=${API_KEY}&key=${API_KEY}`;
    expect((await call("GET", path, { key: null })).status).toBe(401);
  });

  it.for(["", " , ,"])(
    "is closed to all when no key is set (%j), and says how to set one",
    async (keys, { expect }) => {
      const response = await call("GET", "/api/v1/settings", { vars: { API_KEYS: keys } });
      expect(response.status).toBe(403);
      const problem = await bodyOf(response);
      expect(problem).toMatchObject({ code: "api_closed" });
      expect(problem["detail"]).toContain("npx wrangler secret put API_KEYS");
    },
  );

  it("answers unknown routes and methods with 404 only to who has a key", async ({ expect }) => {
    for (const [method, path] of [
      ["GET", "/api/v1/nothing"],
      ["DELETE", "/api/v1/settings"],
      ["GET", "/api"],
    ] as const) {
      const response = await call(method, path);
      expect(response.status, path).toBe(404);
      expect(await bodyOf(response)).toMatchObject({ code: "route_not_found" });
    }
  });
});

describe("which app", () => {
  it("is the first without ?appid=, and 404 for one that is not set up", async ({ expect }) => {
    expect((await call("GET", "/api/v1/settings")).status).toBe(200);
    expect((await call("GET", "/api/v1/settings", { appid: APPID })).status).toBe(200);
    for (const appid of ["wx0000000000000000", "", "../x"]) {
      const response = await call("GET", "/api/v1/settings", { appid });
      expect(response.status).toBe(404);
      expect(await bodyOf(response)).toMatchObject({ code: "unknown_account" });
    }
  });
});

describe("the rate limit", () => {
  it("counts by a hash of the key, the key itself never leaves the worker", async ({ expect }) => {
    const asked: unknown[] = [];
    const API_RATE = {
      limit: (options: unknown) => {
        asked.push(options);
        return Promise.resolve({ success: true });
      },
    };
    for (const key of [API_KEY, API_KEY, OTHER_KEY]) {
      expect((await call("GET", "/api/v1/settings", { key, vars: { API_RATE } })).status).toBe(200);
    }
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(API_KEY));
    const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    expect(asked).toEqual([{ key: hash }, { key: hash }, { key: expect.not.stringContaining(hash) }]);
    expect(JSON.stringify(asked)).not.toContain('0123456789abcdef"');
    expect(JSON.stringify(asked)).not.toContain("key-");
  });

  it("is not spent by who has no key", async ({ expect }) => {
    const limit = vi.fn<() => Promise<RateLimitOutcome>>(() => Promise.resolve({ success: false }));
    const response = await call("GET", "/api/v1/settings", { key: null, vars: { API_RATE: { limit } } });
    expect(response.status).toBe(401);
    expect(limit).not.toHaveBeenCalled();
  });

  it("answers 429 with Retry-After once a key has used it up, and other keys go on", async ({ expect }) => {
    // The counter is reset every minute, so twice the number of requests allowed per minute is always enough.
    const ask = () => exports.default.fetch(buildCall("GET", "/api/v1/nothing", { key: OTHER_KEY }));
    const answers: Response[] = [];
    while (answers.length <= 2 * 600 && answers.every(({ status }) => status !== 429)) {
      answers.push(...(await Promise.all(Array.from({ length: 100 }, ask))));
    }
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]));
    for (const refused of answers.filter(({ status }) => status === 429).slice(0, 1)) {
      expect(refused.headers.get("retry-after")).toBe("60");
      expect(await bodyOf(refused)).toMatchObject({ code: "rate_limited", retryAfterSeconds: 60 });
    }
    expect((await call("GET", "/api/v1/nothing")).status).toBe(404);
  });

  it("accepts requests, and logs it, when the limiter fails", async ({ expect }) => {
    const API_RATE = { limit: () => Promise.reject(new TypeError("no limiter")) };
    expect((await call("GET", "/api/v1/settings", { vars: { API_RATE } })).status).toBe(200);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "rate_limit_failed", error: "TypeError" }));
  });
});

describe("every answer", () => {
  it("is not stored, not sniffed, and without rights in a browser", async ({ expect }) => {
    const answers = [
      await call("GET", "/api/v1/settings"),
      await call("GET", "/api/v1/settings", { key: null }),
      await call("GET", "/api/v1/nothing"),
      await call("DELETE", "/api/v1/conversations/oNobody"),
    ];
    for (const { headers } of answers) {
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  it("leaves one log line with the route's pattern, and neither openid nor key nor text", async ({ expect }) => {
    await useSilentSettings();
    const lines = captureLog();
    await send("oSecretUser", { type: "text", content: "geheim-text" }, { once: "key-of-mine-42" });
    await call("GET", "/api/v1/conversations/oSecretUser?limit=5");
    await call("GET", "/api/v1/nothing/oSecretUser");
    const written = lines().filter((line) => line["event"] === "api");
    const ms = expect.any(Number);
    const requestId = expect.any(String);
    expect(written).toEqual([
      { event: "api", requestId, route: "POST /api/v1/conversations/:id/messages", status: 409, ms },
      { event: "api", requestId, route: "GET /api/v1/conversations/:id", status: 404, ms },
      { event: "api", requestId, route: "GET /api/*", status: 404, ms },
    ]);
    const all = JSON.stringify(lines());
    for (const secret of ["oSecretUser", API_KEY, "geheim", "key-of-mine"]) expect(all).not.toContain(secret);
  });
});

describe("our own trouble", () => {
  /** Returns a conversation namespace whose objects fail with the error. */
  function failing(error: Error) {
    const stub = { id: env.CONVERSATION.newUniqueId(), view: () => Promise.reject(error) };
    return { CONVERSATION: { getByName: () => stub } };
  }

  it.for([
    { with: {}, status: 500, code: "internal", retryAfter: null },
    { with: { retryable: true }, status: 503, code: "try_again", retryAfter: "1" },
    { with: { retryable: true, overloaded: true }, status: 503, code: "try_again", retryAfter: "10" },
  ])("answers $status for an error with $with, without its words", async (given, { expect }) => {
    const error = Object.assign(new Error("secret words of an error"), given.with);
    const response = await call("GET", "/api/v1/conversations/oA", { vars: failing(error) });
    const text = await response.text();
    expect(response.status).toBe(given.status);
    expect(response.headers.get("retry-after")).toBe(given.retryAfter);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(JSON.parse(text)).toMatchObject({ code: given.code });
    expect(text + JSON.stringify(lines())).not.toContain("secret words");
    expect(lines()).toContainEqual(expect.objectContaining({ event: "api_error", error: "Error" }));
  });
});
