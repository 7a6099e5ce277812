import { describe, it } from "vitest";
import { json, problem, scripted } from "./scripted.ts";

const HELLO = { type: "text", content: "您好" } as const;
const ACCEPTED = { id: "m-1", state: "sending", window: {} };
const lost = () => new TypeError("fetch failed");

describe("a call with no answer, a 5xx or a 429", () => {
  it("is made again with the same Idempotency-Key and body", async ({ expect }) => {
    const { client, asked } = scripted([lost(), problem(503, "try_again"), json(202, ACCEPTED)]);
    expect(await client.send("oUser", HELLO)).toMatchObject({ ok: true, value: { id: "m-1" } });
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
  });

  it("ends after four tries with the result of the last one", async ({ expect }) => {
    const pages = [1, 2, 3, 4].map(() => new Response("<html>Bad gateway", { status: 502 }));
    const { client, asked } = scripted(pages);
    expect(await client.message("m-1")).toMatchObject({ error: { code: "unexpected_answer", status: 502 } });
    expect(asked).toHaveLength(4);
  });

  it("ends as unreachable when no try had an answer, with their number", async ({ expect }) => {
    const { client } = scripted([lost(), lost()], { attempts: 2 });
    expect(await client.message("m-1")).toMatchObject({
      error: { code: "unreachable", status: 0, facts: { attempts: 2 } },
    });
  });

  it("treats an interrupted answer as none", async ({ expect }) => {
    const broken = new Response(
      new ReadableStream({
        start: (controller) => controller.error(new TypeError("terminated")),
      }),
    );
    const { client } = scripted([broken, json(200, { id: "m-1", state: "sent" })]);
    expect(await client.message("m-1")).toMatchObject({ ok: true });
  });

  it("doubles its delay each time, with a random reduction down to half", async ({ expect }) => {
    const steps = () => [lost(), lost(), lost(), lost()];
    const shortest = scripted(steps());
    const longest = scripted(steps(), { random: () => 1 });
    await shortest.client.message("m-1");
    await longest.client.message("m-1");
    expect(shortest.pauses).toEqual([250, 500, 1_000]);
    expect(longest.pauses).toEqual([500, 1_000, 2_000]);
  });

  it("waits as long as Retry-After says", async ({ expect }) => {
    const limited = problem(429, "rate_limited", { retryAfterSeconds: 7 }, { "retry-after": "7" });
    const { client, pauses } = scripted([limited, json(200, { id: "m-1", state: "sent" })]);
    expect(await client.message("m-1")).toMatchObject({ ok: true });
    expect(pauses).toEqual([7_000]);
  });

  it("is returned to the caller when Retry-After is longer than 20 s", async ({ expect }) => {
    const facts = { until: "2026-11-23T16:00:00.000Z" };
    const { client, asked } = scripted([problem(503, "channel_paused", facts, { "retry-after": "3600" })]);
    expect(await client.typing("oUser")).toMatchObject({ error: { code: "channel_paused", facts } });
    expect(asked).toHaveLength(1);
  });

  it("is not made again when WeChat refused", async ({ expect }) => {
    const facts = { platformCode: "48001", name: "api_unauthorized", meaning: "m", cure: "c" };
    const { client, asked } = scripted([problem(502, "channel_refused", facts)]);
    expect(await client.typing("oUser")).toMatchObject({ error: { code: "channel_refused", facts } });
    expect(asked).toHaveLength(1);
  });

  it("is not made again for settings of a version, whose repeat would be refused after its own success", async ({
    expect,
  }) => {
    const versioned = scripted([lost()]);
    const settings = { defaults: { fallback: { type: "silent" } } } as const;
    expect(await versioned.client.putSettings(settings, '"3"')).toMatchObject({ error: { code: "unreachable" } });
    expect(versioned.asked).toHaveLength(1);
    const forced = scripted([lost(), problem(401, "unauthorized")]);
    expect(await forced.client.putSettings(settings, "*")).toMatchObject({ error: { code: "unauthorized" } });
    expect(forced.asked).toHaveLength(2);
  });

  it("has the worker's timeout for a picture, which would otherwise be uploaded again", async ({ expect }) => {
    const { client } = scripted([], {
      attempts: 1,
      timeoutMs: 1,
      fetch: (_url, { signal }) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
          setTimeout(() => resolve(json(201, { mediaId: "m1", expiresAt: "2026-11-30T00:00:00.000Z" })), 30);
        }),
    });
    expect(await client.uploadImage(new Uint8Array([1]), "image/png")).toMatchObject({ value: { mediaId: "m1" } });
  });

  it("ends at its timeout when there is no answer", async ({ expect }) => {
    const { client } = scripted([], {
      attempts: 1,
      timeoutMs: 1,
      fetch: (_url, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        }),
    });
    expect(await client.message("m-1")).toMatchObject({ error: { code: "unreachable" } });
  });
});
