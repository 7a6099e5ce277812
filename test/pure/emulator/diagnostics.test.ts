/** Quota look-up and network check (WECHAT.md §6.4). */
import { describe, it } from "vitest";
import { APP, createHarness, OTHER_APP } from "./harness.ts";

const SEND_PATH = "/cgi-bin/message/custom/send";

function createDiagnostics() {
  const harness = createHarness({ apps: [APP, OTHER_APP] });
  const ask = async (path: string, body: unknown, app = APP) =>
    harness.api(`${path}?access_token=${await harness.token(app)}`, JSON.stringify(body));
  const quota = (cgiPath: unknown, app = APP) => ask("/cgi-bin/openapi/quota/get", { cgi_path: cgiPath }, app);
  const check = (body: unknown) => ask("/cgi-bin/callback/check", body);
  return { ...harness, quota, check };
}

describe("quota/get", () => {
  it("counts today's sends of the app, and begins again at midnight in Beijing", async ({ expect }) => {
    const { control, send, text, quota, state } = createDiagnostics();
    await control.text("oUser", "hi");
    await send(text("oUser"));
    await send(text("oNobody"));
    expect((await quota(SEND_PATH))["quota"]).toEqual({ daily_limit: 500_000, used: 2, remain: 499_998 });
    expect((await quota(SEND_PATH, OTHER_APP))["quota"]).toMatchObject({ used: 0 });
    state.now += 12 * 3_600_000; // the harness starts at noon in Beijing
    expect((await quota(SEND_PATH))["quota"]).toMatchObject({ used: 0 });
  });

  it("refuses any other path, and requires a token and POST", async ({ expect }) => {
    const { api, quota } = createDiagnostics();
    expect(await quota("cgi-bin/message/custom/send")).toMatchObject({ errcode: 76021 });
    expect(await quota(7)).toMatchObject({ errcode: 76021 });
    expect(await api("/cgi-bin/openapi/quota/get", "{}")).toMatchObject({ errcode: 41001 });
    expect(await api("/cgi-bin/openapi/quota/get")).toMatchObject({ errcode: 43002 });
  });
});

describe("callback/check", () => {
  it("answers the requested checks, from the named operator", async ({ expect }) => {
    const { check } = createDiagnostics();
    const all = await check({ action: "all", check_operator: "UNICOM" });
    expect(all).toMatchObject({
      errcode: 0,
      dns: [{ real_operator: "UNICOM" }],
      ping: [{ from_operator: "UNICOM", package_loss: "0%" }],
    });
    expect(await check({ action: "dns", check_operator: "CAP" })).not.toHaveProperty("ping");
    expect(await check({ action: "ping", check_operator: "CAP" })).not.toHaveProperty("dns");
  });

  it("refuses unknown values, and is affected by its own faults only", async ({ expect }) => {
    const { api, check, quota, control } = createDiagnostics();
    expect(await check({ action: "trace", check_operator: "CAP" })).toMatchObject({ errcode: 47001 });
    expect(await check({ action: "all", check_operator: "MOON" })).toMatchObject({ errcode: 47001 });
    expect(await api("/cgi-bin/callback/check", "{}")).toMatchObject({ errcode: 41001 });
    expect(await api("/cgi-bin/callback/check")).toMatchObject({ errcode: 43002 });
    await control.fault({ fault: "errcode", errcode: 40201, target: "callback" });
    expect(await check({ action: "all", check_operator: "CAP" })).toMatchObject({ errcode: 40201 });
    expect(await quota(SEND_PATH)).toMatchObject({ errcode: 0 });
  });
});
