import { describe, it } from "vitest";
import { findWebhookProblems, type WebhookPolicy } from "../../../worker/webhooks/settings-check.ts";
import { parseSettings } from "../../support/settings.ts";

const POLICY = { secrets: [`whsec_${btoa("k".repeat(32))}`], allowPrivate: false };
const UNSIGNED = { ...POLICY, secrets: [] };

function problemsOf(urls: readonly string[], policy: WebhookPolicy | undefined) {
  const webhooks = urls.map((url, index) => ({ id: `w${index}`, url }));
  const settings = parseSettings({ fallback: { type: "silent" }, webhooks });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return findWebhookProblems(settings.value, policy);
}

describe("webhooks that are to be stored", () => {
  it("need a secret to sign with; settings without webhooks need none", ({ expect }) => {
    expect(problemsOf([], UNSIGNED)).toEqual([]);
    const [problem] = problemsOf(["https://shop.example.com/"], UNSIGNED);
    expect(problem).toMatchObject({ path: "webhooks", cure: expect.stringContaining("WEBHOOK_SECRET") });
    expect(problemsOf(["https://shop.example.com/"], POLICY)).toEqual([]);
  });

  it("need an allowed address; the error names the webhook without repeating the address", ({ expect }) => {
    const problems = problemsOf(["https://shop.example.com/", "http://10.1.2.3/"], POLICY);
    expect(problems.map(({ path }) => path)).toEqual(["webhooks.1.url"]);
    expect(JSON.stringify(problems)).not.toContain("10.1.2.3");
    expect(problemsOf(["http://10.1.2.3/"], { ...POLICY, allowPrivate: true })).toEqual([]);
  });

  it("are not checked while the worker is not set up", ({ expect }) => {
    expect(problemsOf(["http://10.1.2.3/"], undefined)).toEqual([]);
  });
});
