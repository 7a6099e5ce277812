/** Which channel rules apply to an account, and to a conversation. */
import { describe, it } from "vitest";
import { rulesOf, rulesOfConversation } from "../../../worker/config/account-rules.ts";
import { readConfig } from "../../../worker/config/config.ts";
import { RULES } from "../../support/rules.ts";

const APPID = "wx0123456789abcdef";
const read = readConfig({
  WECHAT_APPID: APPID,
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
  WECHAT_TOKEN: "sometoken",
  WECHAT_ENCODING_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
});

describe("the rules of an account", () => {
  it("are those of its channel, also for a conversation whose account is not configured any more", ({ expect }) => {
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    expect(read.value.apps.map(rulesOf)).toEqual([RULES]);
    for (const account of [APPID, "wxfedcba9876543210"])
      expect(rulesOfConversation(read.value, { channel: "mini-program", account })).toBe(RULES);
    expect(() => rulesOfConversation(read.value, { channel: "phone", account: "1" })).toThrow("phone");
  });
});
