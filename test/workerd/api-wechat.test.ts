import { describe, it, vi } from "vitest";
import type { RowJson } from "../../shared/api/rows.ts";
import { kindsOf, OTHER_APPID } from "../support/workerd.ts";
import { bodyOf, call, PNG, send, upload, type CallOptions } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

const LIMIT = 2 * 1024 * 1024;

useWorker();

function typing(openid: string, json: unknown = { on: true }, options: CallOptions = {}): Promise<Response> {
  return call("POST", `/api/v1/conversations/${openid}/typing`, { ...options, json });
}

describe("POST /conversations/:id/typing", () => {
  it("shows the indicator and takes it away; what shows already is as good", async ({ expect }) => {
    await wechat.text("oType", "在吗");
    for (const on of [true, true, false]) {
      const response = await typing("oType", { on });
      expect(response.status).toBe(204);
      expect((await wechat.chat("oType")).typing).toBe(on);
    }
  });

  it("names the sub-merchant whose user it is, and none for others", async ({ expect }) => {
    await wechat.push({ openid: "oMerchant", businessId: 7, content: { kind: "text", content: "在吗" } });
    await wechat.text("oPlain", "在吗");
    expect((await typing("oMerchant")).status).toBe(204);
    expect((await typing("oPlain")).status).toBe(204);
    const calls = vi.mocked(fetch).mock.calls.map(([input, init]) => new Request(input, init));
    const texts = await Promise.all(calls.filter(({ url }) => url.includes("/typing?")).map((call) => call.text()));
    const bodies: { readonly touser: string }[] = texts.map((text) => JSON.parse(text));
    expect(bodies.find(({ touser }) => touser === "oMerchant")).toMatchObject({ businessid: "7" });
    expect(bodies.find(({ touser }) => touser === "oPlain")).not.toHaveProperty("businessid");
  });

  it("answers 409 no_recent_message when nothing was exchanged for 30 seconds", async ({ expect }) => {
    await wechat.text("oQuiet", "在吗");
    await wechat.clock({ advanceMs: 31_000 });
    const response = await typing("oQuiet");
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({ code: "no_recent_message", platformCode: "45080" });
  });

  it.for([
    { errcode: 45015, status: 409, code: "window_closed" },
    { errcode: 45047, status: 409, code: "quota_used" },
    { errcode: 40200, status: 502, code: "channel_refused" },
    { errcode: 40003, status: 502, code: "channel_refused" },
    { errcode: 99999, status: 502, code: "channel_refused" },
  ])("answers WeChat's $errcode with $status $code", async ({ errcode, status, code }, { expect }) => {
    await wechat.fault({ fault: "errcode", errcode, errmsg: "words of WeChat rid: 1", target: "typing" });
    const response = await typing("oRefused");
    const text = await response.text();
    const words = expect.stringMatching(/\S/);
    expect(response.status).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ code, platformCode: String(errcode) });
    expect(text).not.toContain("words of WeChat");
    if (code === "channel_refused")
      expect(JSON.parse(text)).toMatchObject({ meaning: words, cure: words, name: words });
  });

  it.for([
    { fault: "drop", when: "before" },
    { fault: "drop", when: "after" },
    { fault: "http", status: 502 },
  ] as const)("answers 502 channel_unreachable when WeChat fails: %j", async (fault, { expect }) => {
    await wechat.fault({ ...fault, target: "typing" });
    const response = await typing("oLost");
    expect(response.status).toBe(502);
    expect(await bodyOf(response)).toMatchObject({ code: "channel_unreachable" });
  });

  it.for([{}, { on: "yes" }, { on: true, more: 1 }, []])("refuses the body %j", async (json, { expect }) => {
    const response = await typing("oBad", json);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: "invalid_field" });
  });
});

describe("POST /media", () => {
  it("accepts a picture as the body, and returns how long the id is valid", async ({ expect }) => {
    const response = await upload(PNG);
    expect(response.status).toBe(201);
    const { mediaId, expiresAt } = await bodyOf(response);
    expect(mediaId).toMatch(/\S/);
    const leftMs = Date.parse(String(expiresAt)) - Date.now();
    expect(Math.abs(leftMs - 72 * 3_600_000)).toBeLessThan(60_000);
  });

  it("takes a picture as the multipart field media", async ({ expect }) => {
    const form = new FormData();
    form.set("note", "before it");
    form.set("media", new File([PNG], "图.png", { type: "image/png" }));
    expect((await upload(form, "")).status).toBe(201);
  });

  it("takes one of exactly 2 MB either way, and no byte more", async ({ expect }) => {
    const picture = (bytes: number) => {
      const padded = new Uint8Array(bytes);
      padded.set(PNG);
      return padded;
    };
    const asForm = (bytes: number) => {
      const form = new FormData();
      form.set("media", new File([picture(bytes)], "a.png"));
      return form;
    };
    expect((await upload(picture(LIMIT))).status).toBe(201);
    expect((await upload(asForm(LIMIT), "")).status).toBe(201);
    const tooBig = [upload(picture(LIMIT + 1)), upload(asForm(LIMIT + 1), ""), upload(asForm(2 * LIMIT), "")];
    for (const response of await Promise.all(tooBig)) {
      expect(response.status).toBe(413);
      expect(await bodyOf(response)).toMatchObject({ code: "body_too_large", unit: "bytes" });
    }
    expect((await upload(new Blob([picture(LIMIT + 1)]).stream())).status).toBe(413);
  });

  it.for([
    { name: "a text called a picture", type: "image/png", body: "<script>alert(1)</script>" },
    { name: "nothing", type: "image/png", body: "" },
    { name: "a picture called a text", type: "text/html", body: "GIF89a" },
    { name: "a kind WeChat does not take", type: "image/webp", body: "RIFF0000WEBP" },
  ])("answers 415 for $name", async ({ type, body }, { expect }) => {
    const response = await upload(new TextEncoder().encode(body), type);
    expect(response.status).toBe(415);
    expect(await bodyOf(response)).toMatchObject({
      code: "unsupported_media_type",
      accepted: ["image/png", "image/jpeg", "image/gif", "multipart/form-data"],
    });
  });

  it("answers 400 for a multipart body without the file, or that is none", async ({ expect }) => {
    const other = new FormData();
    other.set("file", new File([PNG], "a.png"));
    const text = new FormData();
    text.set("media", "not a file");
    const broken = upload(new TextEncoder().encode("--x\r\nbroken"), "multipart/form-data; boundary=x");
    const boundless = upload(PNG, "multipart/form-data");
    for (const response of await Promise.all([upload(other, ""), upload(text, ""), broken, boundless])) {
      expect(response.status).toBe(400);
      expect(await bodyOf(response)).toMatchObject({ code: "malformed_multipart" });
    }
  });

  it("passes WeChat's refusal on", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 40009, target: "upload" });
    const response = await upload(PNG);
    expect(response.status).toBe(502);
    expect(await bodyOf(response)).toMatchObject({
      code: "channel_refused",
      platformCode: "40009",
      name: "invalid_image_size",
    });
  });
});

describe("GET /media/:mediaId", () => {
  async function pictureOf(openid: string): Promise<string> {
    await wechat.image(openid);
    const { rows } = await (await call("GET", `/api/v1/conversations/${openid}`)).json<{ rows: readonly RowJson[] }>();
    const row = rows.find((candidate) => candidate.kind === "in" && candidate.facts.type === "image");
    return row?.kind === "in" && "mediaId" in row.content ? row.content.mediaId : "";
  }

  it("hands on a picture a user sent, as what its bytes are and nothing else", async ({ expect }) => {
    const mediaId = await pictureOf("oPicture");
    const response = await call("GET", `/api/v1/media/${mediaId}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("sandbox");
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
  });

  it("answers 404 for one WeChat does not have, or of another app", async ({ expect }) => {
    const mediaId = await pictureOf("oOwn");
    for (const response of [
      await call("GET", "/api/v1/media/nothing"),
      await call("GET", `/api/v1/media/${mediaId}`, { appid: OTHER_APPID }),
    ]) {
      expect(response.status).toBe(404);
      expect(await bodyOf(response)).toMatchObject({ code: "media_not_found", platformCode: "40007" });
    }
  });

  it("answers 502 when WeChat's answer is not a picture", async ({ expect }) => {
    await wechat.fault({ fault: "http", status: 500, target: "download" });
    expect(await bodyOf(await call("GET", "/api/v1/media/any"))).toMatchObject({ code: "channel_unreachable" });
  });

  it.for(["a%20b", "%00", "%E4%BD%A0", "a".repeat(513)])("refuses the id %s", async (id, { expect }) => {
    expect(await bodyOf(await call("GET", `/api/v1/media/${id}`))).toMatchObject({ field: "mediaId" });
  });
});

describe("without a token", () => {
  it("is unreachable when the token endpoint is", async ({ expect }) => {
    await wechat.fault({ fault: "drop", when: "before", target: "token", appid: OTHER_APPID });
    await wechat.killToken({ appid: OTHER_APPID });
    const response = await typing("oToken", { on: true }, { appid: OTHER_APPID });
    expect(response.status).toBe(502);
    expect(await bodyOf(response)).toMatchObject({ code: "channel_unreachable" });
  });

  it("returns WeChat's refusal of the secret", async ({ expect }) => {
    // The cool-down after the failure above has ended by then.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 120_000 });
    await wechat.app({ appid: OTHER_APPID, secret: "f".repeat(32) });
    const response = await typing("oToken", { on: true }, { appid: OTHER_APPID });
    expect(response.status).toBe(502);
    expect(await bodyOf(response)).toMatchObject({
      code: "channel_refused",
      platformCode: "40125",
      name: "invalid_app_secret",
    });
  });
});

describe("a pause of the whole app", () => {
  it("found out by a send is 503 with its end for the other calls", async ({ expect }) => {
    await wechat.text("oPaused", "在吗");
    await wechat.fault({ fault: "errcode", errcode: 50007, target: "send", times: 1 });
    expect((await send("oPaused", { type: "text", content: "您好" })).status).toBe(202);
    await vi.waitUntil(async () => (await kindsOf("oPaused")).includes("retry"));
    const response = await typing("oPaused");
    expect(response.status).toBe(503);
    const { code, platformCode, until } = await bodyOf(response);
    expect({ code, platformCode }).toEqual({ code: "channel_paused", platformCode: "50007" });
    const leftSeconds = (Date.parse(String(until)) - Date.now()) / 1_000;
    expect(Math.abs(Number(response.headers.get("retry-after")) - leftSeconds)).toBeLessThan(10);
    expect(leftSeconds).toBeGreaterThan(60);
  });
});
