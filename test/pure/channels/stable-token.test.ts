import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { requestStableToken } from "../../../worker/channels/wechat/api/stable-token.ts";
import { brokenConnection, json, NOW, scriptedFetch, silence, type Step } from "./scripted.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

async function request(step: Step, force = false) {
  const { fetch, requests } = scriptedFetch(step);
  const outcome = await requestStableToken({
    tokenBase: "https://relay.test",
    appid: "wx0123456789abcdef",
    secret: SECRET,
    force,
    fetch,
    now: () => NOW,
    timeoutMs: 8_000,
  });
  return { outcome, requests };
}

describe("requestStableToken", () => {
  it("posts the secret in the body, not in the URL, to the token base", async ({ expect }) => {
    const { outcome, requests } = await request(json({ access_token: "t", expires_in: 7200 }));
    expect(outcome).toEqual(ok({ token: "t", expiresAt: NOW + 7_200_000 }));
    expect(requests[0]?.url.href).toBe("https://relay.test/cgi-bin/stable_token");
    expect(requests[0]?.init.method).toBe("POST");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({
      grant_type: "client_credential",
      appid: "wx0123456789abcdef",
      secret: SECRET,
      force_refresh: false,
    });
  });

  it("forces a refresh only on request", async ({ expect }) => {
    const { requests } = await request(json({ access_token: "t", expires_in: 7200 }), true);
    expect(JSON.parse(String(requests[0]?.init.body))).toHaveProperty("force_refresh", true);
  });

  it("reports WeChat's refusal with its meaning here: 40001 is a wrong secret", async ({ expect }) => {
    for (const [reaction, errcodes] of [
      ["outage", [-1, 43108]],
      ["rate", [45011, 44991]],
      ["quota", [45009]],
      ["stop", [40001, 40014, 42001, 40125, 40164, 40013, 50004, 50007, 99999]],
    ] as const) {
      for (const errcode of errcodes) {
        const { outcome } = await request(json({ errcode, errmsg: "rid: x" }));
        expect(outcome).toEqual(err({ reason: "refused", code: String(errcode), reaction }));
      }
    }
  });

  it.for<[string, Step]>([
    ["no token", json({ expires_in: 7200 })],
    ["an empty token", json({ access_token: "", expires_in: 7200 })],
    ["a token of 2049 characters", json({ access_token: "t".repeat(2049), expires_in: 7200 })],
    ["no time", json({ access_token: "t" })],
    ["no time left", json({ access_token: "t", expires_in: 0 })],
    ["a page", () => new Response("<html>")],
    ["HTTP 502", json({ access_token: "t", expires_in: 7200 }, 502)],
  ])("treats %s as no answer", async ([, step], { expect }) => {
    expect((await request(step)).outcome).toEqual(err({ reason: "unreachable", cause: "bad_response" }));
  });

  it("does not throw, and does not quote the secret, when the connection breaks", async ({ expect }) => {
    const quoting: Step = (url, init) => brokenConnection(`${url} ${String(init.body)}`, init);
    const { outcome } = await request(quoting);
    expect(outcome).toEqual(err({ reason: "unreachable", cause: "network" }));
  });
});

describe("requestStableToken without an answer", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("ends at the timeout", async ({ expect }) => {
    const pending = request(silence);
    await vi.advanceTimersByTimeAsync(8_000);
    expect((await pending).outcome).toEqual(err({ reason: "unreachable", cause: "timeout" }));
    expect(vi.getTimerCount()).toBe(0);
  });
});
