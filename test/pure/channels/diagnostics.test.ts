import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import {
  checkAccess,
  checkCallback,
  readQuota,
  SEND_CGI_PATH,
} from "../../../worker/channels/wechat/api/diagnostics.ts";
import { depsOf, json, NOW, scriptedFetch, scriptedAccess, silence, type Step } from "./scripted.ts";

function play(...steps: Step[]) {
  const { fetch, requests } = scriptedFetch(...steps);
  const { access, uses, replaced } = scriptedAccess({});
  return { deps: depsOf(fetch, access), requests, uses, replaced };
}

describe("the check of the access token", () => {
  it("requests a token for a call and does not pass it on", async ({ expect }) => {
    const { deps, requests, uses } = play();
    expect(await checkAccess(deps)).toEqual(ok(null));
    expect([requests, uses]).toEqual([[], ["call"]]);
  });

  it("reports why there is none", async ({ expect }) => {
    const refused = { reason: "refused", code: "40164", until: NOW + 600_000 } as const;
    const { access } = scriptedAccess({ current: err(refused) });
    const failure = { result: "not_sent", reason: "no_token", code: "40164", until: NOW + 600_000 };
    expect(await checkAccess({ access })).toEqual(err(failure));
  });
});

const QUOTA = { daily_limit: 500_000, used: 3, remain: 499_997 };

describe("the quota of a call", () => {
  it("is requested by path and read with its rate", async ({ expect }) => {
    const { deps, requests } = play(
      json({ errcode: 0, quota: QUOTA, rate_limit: { call_count: 5_000, refresh_second: 60 } }),
    );
    expect(await readQuota(deps, SEND_CGI_PATH)).toEqual(
      ok({ dailyLimit: 500_000, used: 3, remain: 499_997, rate: { calls: 5_000, seconds: 60 } }),
    );
    expect(requests[0]?.url.pathname).toBe("/cgi-bin/openapi/quota/get");
    expect(requests[0]?.url.searchParams.get("access_token")).toBe("token-1");
    expect(requests[0]?.init.method).toBe("POST");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ cgi_path: "/cgi-bin/message/custom/send" });
  });

  it("may have no rate, but must have its numbers", async ({ expect }) => {
    expect(await readQuota(play(json({ quota: QUOTA, rate_limit: {} })).deps, SEND_CGI_PATH)).toMatchObject({
      ok: true,
    });
    for (const quota of [undefined, [], { ...QUOTA, used: "3" }, { ...QUOTA, remain: -1 }]) {
      const outcome = await readQuota(play(json({ errcode: 0, quota })).deps, SEND_CGI_PATH);
      expect(outcome).toEqual(err({ result: "unconfirmed", reason: "bad_response" }));
    }
  });

  it("shares the token rule: one replacement, one resend", async ({ expect }) => {
    const { deps, replaced } = play(json({ errcode: 42001 }), json({ errcode: 0, quota: QUOTA }));
    expect((await readQuota(deps, SEND_CGI_PATH)).ok).toBe(true);
    expect(replaced).toEqual(["token-1"]);
  });

  it("does not pause like a send, whatever WeChat answers", async ({ expect }) => {
    for (const errcode of [48001, 50002, 45009, 76021]) {
      const { deps, uses } = play(json({ errcode }));
      expect(await readQuota(deps, SEND_CGI_PATH)).toMatchObject({
        error: { result: "rejected", code: String(errcode) },
      });
      expect(uses).toEqual(["call"]);
    }
  });
});

describe("the check of the push URL", () => {
  it("requests DNS and ping from one operator's network", async ({ expect }) => {
    const dns = [{ ip: "203.0.113.8", real_operator: "UNICOM" }];
    const ping = [{ ip: "203.0.113.8", from_operator: "UNICOM", package_loss: "0%", time: "23.079ms" }];
    const { deps, requests } = play(json({ dns, ping }));
    expect(await checkCallback(deps, "UNICOM")).toEqual(
      ok({
        dns: [{ ip: "203.0.113.8", operator: "UNICOM" }],
        ping: [{ ip: "203.0.113.8", operator: "UNICOM", packetLoss: "0%", time: "23.079ms" }],
      }),
    );
    expect(requests[0]?.url.pathname).toBe("/cgi-bin/callback/check");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ action: "all", check_operator: "UNICOM" });
  });

  it("leaves out invalid addresses and missing values", async ({ expect }) => {
    const dns = [null, 7, { ip: 9 }, { ip: "" }, { ip: "x".repeat(65) }, { ip: "203.0.113.9", real_operator: 1 }];
    expect(await checkCallback(play(json({ dns, ping: "none" })).deps, "CAP")).toEqual(
      ok({ dns: [{ ip: "203.0.113.9" }], ping: [] }),
    );
    const many = Array.from({ length: 500 }, (_, last) => ({ ip: `198.51.100.${last}` }));
    const outcome = await checkCallback(play(json({ dns: many })).deps, "CAP");
    expect(outcome.ok && outcome.value.dns.length).toBe(20);
  });

  it("returns the errcode of a refusal", async ({ expect }) => {
    const { deps } = play(json({ errcode: 40201 }));
    expect(await checkCallback(deps, "CHINANET")).toMatchObject({
      error: { result: "rejected", code: "40201", name: "push_url_not_set" },
    });
  });

  it("ends when WeChat stays silent", async ({ expect }) => {
    const { fetch } = scriptedFetch(silence);
    let asked = 0;
    // After the second clock reading slightly more than half a second is left.
    const now = () => NOW + (asked++ === 0 ? 0 : 19_400);
    const outcome = await checkCallback({ ...depsOf(fetch), now }, "CAP");
    expect(outcome).toEqual(err({ result: "unconfirmed", reason: "timeout" }));
  });
});
