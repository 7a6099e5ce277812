import { describe, it } from "vitest";
import { readConfig } from "../../../worker/config/config.ts";

const GOOD = {
  WECHAT_APPID: "wx0123456789abcdef",
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
  WECHAT_TOKEN: "sometoken",
  WECHAT_ENCODING_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};
const MINUTE_MS = 60_000;

const read = (vars: Readonly<Record<string, unknown>>) => readConfig({ ...GOOD, ...vars });
const problemsOf = (vars: Readonly<Record<string, unknown>>) => {
  const config = read(vars);
  return config.ok ? [] : config.error.map(({ variable, problem }) => `${variable} ${problem}`);
};

describe("alerts in the configuration", () => {
  it("are off by default, with five minutes and no repeat", ({ expect }) => {
    const alerts = { robots: "", waitMs: 5 * MINUTE_MS, repeatMs: 0, deskUrl: null };
    expect(read({})).toMatchObject({ ok: true, value: { alerts } });
    expect(read({ ALERT_ROBOTS: "", DESK_URL: "" })).toMatchObject({ ok: true, value: { alerts } });
  });

  it("have the configured robots, times and address of the desk", ({ expect }) => {
    const vars = {
      ALERT_ROBOTS: ' [{"name":"a"}] ',
      ALERT_WAIT_MINUTES: "1440",
      ALERT_REPEAT_MINUTES: "1",
      DESK_URL: "https://kefu.example.com/desk",
    };
    expect(read(vars)).toMatchObject({
      ok: true,
      value: {
        alerts: {
          robots: '[{"name":"a"}]',
          waitMs: 1_440 * MINUTE_MS,
          repeatMs: MINUTE_MS,
          deskUrl: "https://kefu.example.com/desk",
        },
      },
    });
  });

  it("do not stop the worker when the list of robots is invalid", ({ expect }) => {
    expect(problemsOf({ ALERT_ROBOTS: "not a list" })).toEqual([]);
  });

  it.for([
    [{ ALERT_WAIT_MINUTES: "0" }, "ALERT_WAIT_MINUTES must be a whole number from 1 to 1440"],
    [{ ALERT_REPEAT_MINUTES: "1441" }, "ALERT_REPEAT_MINUTES must be a whole number from 0 to 1440"],
    [{ DESK_URL: "kefu.example.com" }, "DESK_URL is not an http(s) address"],
    [{ DESK_URL: "https://kefu.example.com/a b" }, "DESK_URL is not an http(s) address"],
    [{ DESK_URL: `https://kefu.example.com/${"x".repeat(500)}` }, "DESK_URL has more than 500 characters"],
  ] as const)("have the problem of %o", ([vars, problem], { expect }) => {
    expect(problemsOf(vars)).toEqual([problem]);
  });
});
