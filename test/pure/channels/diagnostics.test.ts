import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { createWeChatClient } from "../../../worker/channels/wechat/api/client.ts";
import { SEND_CGI_PATH } from "../../../worker/channels/wechat/api/diagnostics.ts";
import { depsOf, json, NOW, scriptedFetch, scriptedAccess, silence, type Step } from "./scripted.ts";

function play(...steps: Step[]) {
  const { fetch, requests } = scriptedFetch(...steps);
  const { access, uses, replaced } = scriptedAccess({});
  return { client: createWeChatClient(depsOf(fetch, access)), requests, uses, replaced };
}

const QUOTA = { daily_limit: 500_000, used: 3, remain: 499_997 };

describe("the quota of a call", () => {
  it("is asked for by path and read with its rate", async ({ expect }) => {
    const { client, requests } = play(
      json({ errcode: 0, quota: QUOTA, rate_limit: { call_count: 5_000, refresh_second: 60 } }),
    );
    expect(await client.quota(SEND_CGI_PATH)).toEqual(
      ok({ dailyLimit: 500_000, used: 3, remain: 499_997, rate: { calls: 5_000, seconds: 60 } }),
    );
    expect(requests[0]?.url.pathname).toBe("/cgi-bin/openapi/quota/get");
    expect(requests[0]?.url.searchParams.get("access_token")).toBe("token-1");
    expect(requests[0]?.init.method).toBe("POST");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ cgi_path: "/cgi-bin/message/custom/send" });
  });

  it("may come without a rate, but not without its numbers", async ({ expect }) => {
    expect(await play(json({ quota: QUOTA, rate_limit: {} })).client.quota(SEND_CGI_PATH)).toMatchObject({ ok: true });
    for (const quota of [undefined, [], { ...QUOTA, used: "3" }, { ...QUOTA, remain: -1 }]) {
      const outcome = await play(json({ errcode: 0, quota })).client.quota(SEND_CGI_PATH);
      expect(outcome).toEqual(err({ reason: "bad_response" }));
    }
  });

  it("shares the token rule: one replacement, one resend", async ({ expect }) => {
    const { client, replaced } = play(json({ errcode: 42001 }), json({ errcode: 0, quota: QUOTA }));
    expect((await client.quota(SEND_CGI_PATH)).ok).toBe(true);
    expect(replaced).toEqual(["token-1"]);
  });

  it("is no send, whatever WeChat answers", async ({ expect }) => {
    for (const errcode of [48001, 50002, 45009, 76021]) {
      const { client, uses } = play(json({ errcode }));
      expect(await client.quota(SEND_CGI_PATH)).toEqual(err({ reason: "refused", code: String(errcode) }));
      expect(uses).toEqual(["call"]);
    }
  });
});

describe("the look at the push URL", () => {
  it("asks for DNS and ping from one operator's network", async ({ expect }) => {
    const dns = [{ ip: "203.0.113.8", real_operator: "UNICOM" }];
    const ping = [{ ip: "203.0.113.8", from_operator: "UNICOM", package_loss: "0%", time: "23.079ms" }];
    const { client, requests } = play(json({ dns, ping }));
    expect(await client.checkCallback("UNICOM")).toEqual(
      ok({
        dns: [{ ip: "203.0.113.8", operator: "UNICOM" }],
        ping: [{ ip: "203.0.113.8", operator: "UNICOM", packetLoss: "0%", time: "23.079ms" }],
      }),
    );
    expect(requests[0]?.url.pathname).toBe("/cgi-bin/callback/check");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ action: "all", check_operator: "UNICOM" });
  });

  it("leaves out what is no address and what is missing", async ({ expect }) => {
    const dns = [null, 7, { ip: 9 }, { ip: "" }, { ip: "x".repeat(65) }, { ip: "203.0.113.9", real_operator: 1 }];
    expect(await play(json({ dns, ping: "none" })).client.checkCallback("CAP")).toEqual(
      ok({ dns: [{ ip: "203.0.113.9" }], ping: [] }),
    );
    const many = Array.from({ length: 500 }, (_, last) => ({ ip: `198.51.100.${last}` }));
    const outcome = await play(json({ dns: many })).client.checkCallback("CAP");
    expect(outcome.ok && outcome.value.dns.length).toBe(20);
  });

  it("returns the errcode of a refusal", async ({ expect }) => {
    const { client } = play(json({ errcode: 40201 }));
    expect(await client.checkCallback("CHINANET")).toEqual(err({ reason: "refused", code: "40201" }));
  });

  it("ends when WeChat stays silent", async ({ expect }) => {
    const { fetch } = scriptedFetch(silence);
    let asked = 0;
    // The second reading of the clock leaves half a second and a bit.
    const now = () => NOW + (asked++ === 0 ? 0 : 19_400);
    const client = createWeChatClient({ ...depsOf(fetch), now });
    expect((await client.checkCallback("CAP")).ok).toBe(false);
  });
});
