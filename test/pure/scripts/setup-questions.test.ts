/**
 * The questions of `npm run setup`, asked by the real prompts through streams: key presses as input, terminal text as
 * output.
 */
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, it } from "vitest";
import { createAsker, type Asker } from "../../../scripts/setup/ask.ts";
import type { SetupOptions } from "../../../scripts/setup/options.ts";
import { askCloudflare, askLocal, askTarget } from "../../../scripts/setup/questions.ts";

const APPID = "wx0123456789abcdef";
const SECRET = "5ec4e75ec4e75ec4e75ec4e75ec4e75e";
const ENTER = "\r";
const DOWN = "\u001b[B";
const CTRL_C = "\u0003";
const CLEAR = "\u0015";

const OPTIONS: SetupOptions = {
  yes: false,
  force: false,
  renew: false,
  extras: [],
  brought: {},
  start: true,
  waitMs: 0,
};

/**
 * Answers each question when it is there.
 *
 * @param answers what to wait for on the screen, and the keys then pressed
 */
async function converse<T>(
  talk: (ask: Asker) => Promise<T>,
  answers: readonly (readonly [shown: string, keys: string])[],
): Promise<{ readonly result: T | "cancelled"; readonly screen: string }> {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 120, rows: 40, isTTY: true });
  let screen = "";
  let fresh = "";
  output.on("data", (part) => {
    screen += String(part);
    fresh += stripVTControlCharacters(String(part));
  });
  const cancelled = new Error("cancelled");
  const ask = createAsker({ input, output }, () => {
    throw cancelled;
  });
  const talking = talk(ask).catch((error: unknown) => {
    if (error === cancelled) return "cancelled" as const;
    throw error;
  });
  for (const [shown, keys] of answers) {
    while (!fresh.includes(shown)) await once(output, "data");
    fresh = "";
    input.write(keys);
  }
  const result = await talking;
  return { result, screen: stripVTControlCharacters(screen) };
}

describe("the questions", () => {
  it("begin with the target", async ({ expect }) => {
    expect((await converse(askTarget, [["在哪里运行", ENTER]])).result).toBe("local");
    expect((await converse(askTarget, [["在哪里运行", DOWN + ENTER]])).result).toBe("cloudflare");
  });

  it("for this machine need no mini program", async ({ expect }) => {
    const { result } = await converse(
      (ask) => askLocal(ask, OPTIONS, false),
      [
        ["本地微信自带的小程序", ENTER],
        ["启动并测试一次", "n"],
      ],
    );
    expect(result).toEqual({ ...OPTIONS, start: false });
  });

  it("do not ask for values that are already set", async ({ expect }) => {
    const { result } = await converse((ask) => askLocal(ask, OPTIONS, true), [["启动并测试一次", "y"]]);
    expect(result).toEqual(OPTIONS);
  });

  it("continue until AppID and AppSecret are well-formed, and never show the secret", async ({ expect }) => {
    const { result, screen } = await converse(
      (ask) => askLocal(ask, OPTIONS, false),
      [
        ["本地微信自带的小程序", "n"],
        ["the AppID", `wx12${ENTER}`],
        ["▲", `${CLEAR}${APPID}${ENTER}`],
        ["AppSecret", `${SECRET}x${ENTER}`],
        ["▲", `${CLEAR}${SECRET}${ENTER}`],
        ["启动并测试一次", "y"],
      ],
    );
    expect(result).toMatchObject({ brought: { WECHAT_APPID: APPID, WECHAT_APP_SECRET: SECRET }, start: true });
    expect(screen).not.toContain(SECRET);
  });

  it("for Cloudflare ask for the mini program, the deploy, the domain and a greeting", async ({ expect }) => {
    const { result } = await converse(
      (ask) => askCloudflare(ask, OPTIONS, []),
      [
        ["the AppID", `${APPID}${ENTER}`],
        ["AppSecret", `${SECRET}${ENTER}`],
        ["wrangler deploy", "y"],
        ["自定义域名", `https://not-a-host${ENTER}`],
        ["▲", `${CLEAR}kefu.example.com${ENTER}`],
        ["欢迎语", ENTER],
      ],
    );
    expect(result).toMatchObject({
      brought: { WECHAT_APPID: APPID, WECHAT_APP_SECRET: SECRET },
      deploy: true,
      domain: "kefu.example.com",
      greeting: "您好，这里是自动客服。",
    });
  });

  it("for Cloudflare leave out existing or given values", async ({ expect }) => {
    const said = { ...OPTIONS, deploy: false, greeting: "" };
    const { result } = await converse(
      (ask) => askCloudflare(ask, said, ["WECHAT_APPID", "WECHAT_APP_SECRET"]),
      [["服务的 URL", `https://kefu.example.com/healthz${ENTER}`]],
    );
    expect(result).toEqual({ ...said, url: "https://kefu.example.com" });
  });

  it("can be cancelled at any time", async ({ expect }) => {
    const { result } = await converse((ask) => askLocal(ask, OPTIONS, false), [["本地微信自带的小程序", CTRL_C]]);
    expect(result).toBe("cancelled");
  });
});
