import { describe, it } from "vitest";
import { readTexts } from "../support/workerd.ts";
import { bodyOf, call, HELLO, send } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

describe("a body that cannot be sent", () => {
  it.for([
    [
      { type: "text", content: "" },
      { code: "invalid_field", field: "content" },
    ],
    [
      { type: "text", content: "\u200b\u2800\u3164" },
      { code: "invalid_field", field: "content", detail: "content must not be blank" },
    ],
    [{ type: "text" }, { code: "invalid_field", field: "content", detail: "content is missing" }],
    [
      { type: "voice", mediaId: "m" },
      { code: "invalid_field", field: "type" },
    ],
    [
      { ...HELLO, hold: "yes" },
      { code: "invalid_field", field: "hold", detail: "hold must be boolean" },
    ],
    [
      { ...HELLO, isAi: 1 },
      { code: "invalid_field", field: "isAi" },
    ],
    [
      { ...HELLO, extra: 1 },
      { code: "invalid_field", field: "(unknown field)" },
    ],
    [[HELLO], { code: "invalid_field", field: "(body)" }],
    ["text", { code: "invalid_field", field: "(body)" }],
    [null, { code: "invalid_field", field: "(body)" }],
    [
      { type: "text", content: "长".repeat(3_414) },
      { code: "too_long", field: "content", limit: 10_240, actual: 10_242, unit: "bytes" },
    ],
    [
      { type: "text", content: `<a href="https://example.com/${"a".repeat(2_048)}">长</a>` },
      { code: "unsplittable", field: "content" },
    ],
  ] as const)("%j is refused with %j", async ([body, problem], { expect }) => {
    await wechat.text("oBad", "在吗");
    const response = await send("oBad", body);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject(problem);
    expect(await readTexts(wechat, "oBad")).toEqual([]);
  });

  it.for(["a".repeat(129), "%E4%BD%A0", "%E0%A4%A", "a%zz", "%FF", "a%20b"])(
    "the conversation id %s is refused",
    async (id, { expect }) => {
      const response = await send(id, HELLO);
      expect(response.status).toBe(422);
      expect(await bodyOf(response)).toMatchObject({ code: "invalid_field", field: "id" });
    },
  );

  it.for(["{", "", "\u00ff", '{"type":"text","content":"a"', "NaN"])("%j is no JSON: 400", async (body, { expect }) => {
    const response = await call("POST", "/api/v1/conversations/oBad/messages", {
      body,
      headers: { "idempotency-key": "k", "content-type": "application/json; charset=utf-8" },
    });
    expect(response.status).toBe(400);
    expect(await bodyOf(response)).toMatchObject({ code: "malformed_json" });
  });

  it("what is no UTF-8 is no JSON", async ({ expect }) => {
    const response = await call("POST", "/api/v1/conversations/oBad/messages", {
      body: new Uint8Array([0x22, 0xff, 0x22]),
      headers: { "idempotency-key": "k", "content-type": "application/json" },
    });
    expect(await bodyOf(response)).toMatchObject({ code: "malformed_json" });
  });

  it.for(["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])(
    "the content type %j is refused",
    async (type, { expect }) => {
      const response = await call("POST", "/api/v1/conversations/oBad/messages", {
        body: new TextEncoder().encode(JSON.stringify(HELLO)),
        headers: { "idempotency-key": "k", ...(type === "" ? {} : { "content-type": type }) },
      });
      expect(response.status).toBe(415);
      expect(await bodyOf(response)).toMatchObject({
        code: "unsupported_media_type",
        accepted: ["application/json"],
      });
    },
  );

  it("over 64 KB is refused by its header, and by its length when there is no header", async ({ expect }) => {
    const headers = { "idempotency-key": "k", "content-type": "application/json" };
    const path = "/api/v1/conversations/oBad/messages";
    const text = JSON.stringify({ ...HELLO, content: "a".repeat(64 * 1024) });
    const streamed = new Blob([text]).stream();
    for (const body of [text, streamed]) {
      const response = await call("POST", path, { body, headers });
      expect(response.status).toBe(413);
      expect(await bodyOf(response)).toMatchObject({ code: "body_too_large", limit: 65_536, unit: "bytes" });
    }
  });

  it("is never part of the answer, nor is any other input", async ({ expect }) => {
    const marker = "MARKER4711";
    const headers = { "idempotency-key": "k" };
    const messages = "/api/v1/conversations/oBad/messages";
    const answers = [
      await send("oBad", { type: "text", content: marker, [marker]: marker }),
      await send("oBad", { type: marker, content: marker }),
      await send("oBad", { type: "text", content: marker.repeat(2_000) }),
      await send("oBad", { ...HELLO, hold: marker }),
      await send("oBad", { type: "link", title: "a", description: "", url: marker, thumbUrl: marker }),
      await send(`${marker}.x`, HELLO),
      await send("oBad", HELLO, { once: `${marker} x` }),
      await call("POST", messages, { body: marker, headers: { ...headers, "content-type": "application/json" } }),
      await call("POST", messages, { body: marker, headers: { ...headers, "content-type": `text/${marker}` } }),
      await call("GET", `/api/v1/conversations/oBad?limit=${marker}`),
      await call("GET", `${messages}?after=${marker}`),
      await call("GET", `${messages}?after=1&after=${marker}`),
      await call("GET", `/api/v1/messages/${marker}`),
      await call("GET", `/api/v1/media/${marker}%00`),
      await call("GET", `/api/v1/${marker}?${marker}=${marker}`),
      await call("GET", "/api/v1/settings", { appid: marker }),
      await call("GET", "/api/v1/settings", { key: marker }),
      await call("PUT", "/api/v1/settings", { json: {}, headers: { "if-match": marker } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(`${[...answer.headers].join()}${await answer.text()}`).not.toContain(marker);
    }
  });
});
