/** Access tokens: both endpoints, their refusals, and the life of a token (WECHAT.md §6.1, §6.2). */
import { describe, it } from "vitest";
import { APP, createHarness, OTHER_APP } from "./harness.ts";

const MINUTE = 60_000;
const GRANT = { grant_type: "client_credential", appid: APP.appid, secret: APP.secret };

function createTokenHarness() {
  const harness = createHarness({ apps: [APP, OTHER_APP] });
  const { api } = harness;
  const stable = (body: object) => api("/cgi-bin/stable_token", JSON.stringify(body));
  const plain = (query: Record<string, string> = GRANT) =>
    api(`/cgi-bin/token?${new URLSearchParams(query).toString()}`);
  /**
   * The errcode for a call with this token: 45072, the refusal of an empty typing command, means that the token works.
   */
  const probe = async (token: unknown) => {
    const path = `/cgi-bin/message/custom/business/typing?access_token=${String(token)}`;
    return (await api(path, JSON.stringify({ touser: "oUser", command: "" })))["errcode"];
  };
  return { ...harness, stable, plain, probe };
}

const WORKS = 45072;

describe("stable_token", () => {
  it("returns the same token with its remaining seconds", async ({ expect }) => {
    const { stable, state } = createTokenHarness();
    const first = await stable(GRANT);
    expect(first).toStrictEqual({ access_token: expect.stringMatching(/^[\w-]{64,512}$/), expires_in: 7200 });
    state.now += 10 * MINUTE;
    expect(await stable({ ...GRANT, force_refresh: false })).toStrictEqual({ ...first, expires_in: 6600 });
  });

  it("renews five minutes before the end, and both tokens work until then", async ({ expect }) => {
    const { stable, probe, state } = createTokenHarness();
    const { access_token: old } = await stable(GRANT);
    state.now += 115 * MINUTE - 1;
    expect((await stable(GRANT))["access_token"]).toBe(old);
    state.now += 1;
    const renewed = await stable(GRANT);
    expect(renewed["access_token"]).not.toBe(old);
    expect(renewed["expires_in"]).toBe(7200);
    expect([await probe(old), await probe(renewed["access_token"])]).toStrictEqual([WORKS, WORKS]);
    state.now += 5 * MINUTE;
    expect([await probe(old), await probe(renewed["access_token"])]).toStrictEqual([42001, WORKS]);
  });

  it("forces a new token at once and invalidates the old one", async ({ expect }) => {
    const { token, probe } = createTokenHarness();
    const old = await token();
    const forced = await token(APP, true);
    expect([await probe(old), await probe(forced)]).toStrictEqual([40001, WORKS]);
    expect(await token()).toBe(forced);
  });

  it("forces at most every 30 seconds and 20 times a Beijing day", async ({ expect }) => {
    const { stable, state } = createTokenHarness();
    const force = async () => (await stable({ ...GRANT, force_refresh: true }))["errcode"];
    expect(await force()).toBeUndefined();
    state.now += 29_999;
    expect(await force()).toBe(45011);
    for (let forced = 1; forced < 20; forced += 1) {
      state.now += 30_000;
      expect(await force()).toBeUndefined();
    }
    state.now += 30_000;
    expect(await force()).toBe(45009);
    // The tests start at noon in Beijing.
    state.now += 12 * 60 * MINUTE;
    expect(await force()).toBeUndefined();
  });

  it("issues tokens with the configured validity", async ({ expect }) => {
    const { control, stable, probe, state } = createTokenHarness();
    await control.switches({ tokenSeconds: 60 });
    const { access_token: token, expires_in: seconds } = await stable(GRANT);
    expect(seconds).toBe(60);
    state.now += 29_000;
    expect((await stable(GRANT))["access_token"]).toBe(token);
    state.now += 31_000;
    expect(await probe(token)).toBe(42001);
  });

  it.for([
    { flaw: "another grant_type", body: { ...GRANT, grant_type: "x" }, errcode: 40002 },
    { flaw: "no appid", body: { ...GRANT, appid: undefined }, errcode: 41002 },
    { flaw: "no secret", body: { ...GRANT, secret: "" }, errcode: 41004 },
    { flaw: "an unknown appid", body: { ...GRANT, appid: "wx0" }, errcode: 40013 },
    { flaw: "another app's secret", body: { ...GRANT, secret: OTHER_APP.secret }, errcode: 40125 },
    { flaw: "force_refresh as text", body: { ...GRANT, force_refresh: "true" }, errcode: 47001 },
  ])("refuses $flaw with $errcode", async ({ body, errcode }, { expect }) => {
    expect((await createTokenHarness().stable(body))["errcode"]).toBe(errcode);
  });

  it("requires a POST with a JSON body", async ({ expect }) => {
    const { api } = createTokenHarness();
    expect((await api("/cgi-bin/stable_token"))["errcode"]).toBe(43002);
    expect((await api("/cgi-bin/stable_token", ""))["errcode"]).toBe(44002);
    expect((await api("/cgi-bin/stable_token", "grant_type=client_credential"))["errcode"]).toBe(47001);
  });
});

describe("token", () => {
  it("returns a new token each time; the old one works five minutes more, the stable one until its end", async ({
    expect,
  }) => {
    const { token, plain, probe, state } = createTokenHarness();
    const stable = await token();
    const { access_token: old } = await plain();
    const renewed = await plain();
    expect(renewed["access_token"]).not.toBe(old);
    state.now += 5 * MINUTE - 1;
    expect(await probe(old)).toBe(WORKS);
    state.now += 1;
    expect([await probe(old), await probe(renewed["access_token"]), await probe(stable)]).toStrictEqual([
      40001,
      WORKS,
      WORKS,
    ]);
  });

  it("refuses a wrong secret", async ({ expect }) => {
    expect((await createTokenHarness().plain({ ...GRANT, secret: "x" }))["errcode"]).toBe(40125);
  });
});

describe("the IP whitelist", () => {
  it("stops the token endpoints and nothing else", async ({ expect }) => {
    const { control, stable, plain, probe, token } = createTokenHarness();
    const held = await token();
    await control.switches({ ipWhitelist: true });
    expect(await stable(GRANT)).toMatchObject({
      errcode: 40164,
      errmsg: expect.stringContaining("not in whitelist rid: "),
    });
    expect((await plain())["errcode"]).toBe(40164);
    expect(await probe(held)).toBe(WORKS);
  });
});

describe("an access token", () => {
  it("has different errcodes when missing, malformed and unknown", async ({ expect }) => {
    const { probe } = createTokenHarness();
    expect([await probe(""), await probe("short"), await probe("x".repeat(100))]).toStrictEqual([41001, 40014, 40001]);
  });

  it("is valid for its own app only", async ({ expect }) => {
    const { control, send, text } = createTokenHarness();
    await control.text("oUser", "hi");
    expect(await send(text("oUser"), OTHER_APP)).toBe(40003);
    expect(await send(text("oUser"), APP)).toBe(0);
  });

  it("that was invalidated is replaced by the next normal call", async ({ expect }) => {
    const { control, token, probe } = createTokenHarness();
    const old = await token();
    const other = await token(OTHER_APP);
    await control.killToken();
    expect([await probe(old), await probe(other)]).toStrictEqual([40001, WORKS]);
    const renewed = await token();
    expect(await probe(renewed)).toBe(WORKS);
  });

  it("that was invalidated permanently is returned by normal calls until one is forced", async ({ expect }) => {
    const { control, token, probe } = createTokenHarness();
    const old = await token();
    await control.killToken({ sticky: true });
    expect(await token()).toBe(old);
    expect(await probe(old)).toBe(40001);
    const forced = await token(APP, true);
    expect(await probe(forced)).toBe(WORKS);
    expect(await token()).toBe(forced);
  });
});
