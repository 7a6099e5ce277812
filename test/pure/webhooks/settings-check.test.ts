import { describe, it } from "vitest";
import { parseSettings } from "../../../shared/api/settings/settings.ts";
import { findWebhookProblems } from "../../../worker/webhooks/settings-check.ts";

const ENV = {
  WECHAT_APPID: "wx0123456789abcdef",
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
  WECHAT_TOKEN: "sometoken",
  WECHAT_ENCODING_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};
const SECRET = { WEBHOOK_SECRET: `whsec_${btoa("k".repeat(32))}` };

function problemsOf(urls: readonly string[], vars: Readonly<Record<string, string>>) {
  const webhooks = urls.map((url, index) => ({ id: `w${index}`, url }));
  const settings = parseSettings({ fallback: { type: "silent" }, webhooks });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return findWebhookProblems(settings.value, { ...ENV, ...vars });
}

describe("webhooks that are to be stored", () => {
  it("need a secret to sign with; without webhooks nobody does", ({ expect }) => {
    expect(problemsOf([], {})).toEqual([]);
    const [problem] = problemsOf(["https://shop.example.com/"], {});
    expect(problem).toMatchObject({ path: "webhooks", cure: expect.stringContaining("WEBHOOK_SECRET") });
    expect(problemsOf(["https://shop.example.com/"], SECRET)).toEqual([]);
  });

  it("need an allowed address, and are told which one is not, without repeating it", ({ expect }) => {
    const problems = problemsOf(["https://shop.example.com/", "http://10.1.2.3/"], SECRET);
    expect(problems.map(({ path }) => path)).toEqual(["webhooks.1.url"]);
    expect(JSON.stringify(problems)).not.toContain("10.1.2.3");
    expect(problemsOf(["http://10.1.2.3/"], { ...SECRET, WEBHOOK_ALLOW_PRIVATE: "1" })).toEqual([]);
  });

  it("are not judged while the worker is not set up", ({ expect }) => {
    expect(findWebhookProblems({ webhooks: [{ id: "a", url: "x", events: [] }] } as never, {})).toEqual([]);
  });
});
