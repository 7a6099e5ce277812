/** The options of `npm run conformance`, and the errors of an invalid call. */
import { describe, it } from "vitest";
import { readOptions } from "../../conformance/options.ts";

const KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const ENV = { WECHAT_APPID: "wx1", WECHAT_TOKEN: "envtoken", WECHAT_ENCODING_AES_KEY: KEY };
const URL_FLAG = ["--url", "https://kefu.test/push"];

describe("the options", () => {
  it("take secrets from the environment, and flags before it", ({ expect }) => {
    const read = readOptions([...URL_FLAG, "--token", "flagtoken"], ENV);
    expect(read).toMatchObject({
      ok: true,
      options: {
        settings: { target: { appid: "wx1", token: "flagtoken", aesKey: KEY, mode: "secure" }, timeoutMs: 5_000 },
        secrets: ["flagtoken", KEY],
      },
    });
  });

  it.for(["\n", "\r\n", " ", "\uFEFF"])("leave out %j around a value: a file may end with it", (stray, { expect }) => {
    const env = Object.fromEntries(Object.entries(ENV).map(([name, value]) => [name, `${stray}${value}${stray}`]));
    const target = { appid: "wx1", token: "envtoken", aesKey: KEY };
    expect(readOptions(URL_FLAG, env)).toMatchObject({ options: { settings: { target }, secrets: ["envtoken", KEY] } });
  });

  it.for([
    { flags: [], formats: ["xml", "json"] },
    { flags: ["--mode", "compatible"], formats: ["xml"] },
    { flags: ["--mode", "compatible", "--format", "json"], formats: ["json"] },
  ])("try the formats that are documented for the mode: $flags", ({ flags, formats }, { expect }) => {
    expect(readOptions([...URL_FLAG, ...flags], ENV)).toMatchObject({
      options: { settings: { formatsToTry: formats } },
    });
  });

  it("need no key in plain mode", ({ expect }) => {
    const { WECHAT_ENCODING_AES_KEY: _, ...env } = ENV;
    expect(readOptions(URL_FLAG, env).ok).toBe(false);
    expect(readOptions([...URL_FLAG, "--mode", "plain"], env).ok).toBe(true);
  });

  it.for([
    { args: [] },
    { args: ["--url", "ftp://s3cret.test"] },
    { args: [...URL_FLAG, "--tokn", "s3cret"] },
    { args: [...URL_FLAG, "--mode", "s3cret"] },
    { args: [...URL_FLAG, "--format", "s3cret"] },
    { args: [...URL_FLAG, "--aes-key", "s3cret"] },
    { args: [...URL_FLAG, "--timeout-ms", "s3cret"] },
    { args: [...URL_FLAG, "--taken-url", "s3cret"] },
  ])("are refused without repeating the input: $args", ({ args }, { expect }) => {
    const read = readOptions(args, ENV);
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain("s3cret");
  });
});
