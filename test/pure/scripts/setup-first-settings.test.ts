/** The first settings that setup stores on Cloudflare: who serves users, and a greeting. */
import { describe, it } from "vitest";
import { API_KEY, NAMES, run } from "../../support/cloudflare-setup.ts";

describe("the first settings", () => {
  const settings = (etag: string) =>
    Response.json({ version: 0, defaults: { fallback: { type: "handover" } } }, { headers: { etag } });
  const worker = () => ({ "GET /api/v1/settings": [settings('"0"')], "PUT /api/v1/settings": [Response.json({})] });
  const greeting = { messages: [{ type: "text", content: "您好" }] };
  const known = { "secret list": { code: 0, stdout: JSON.stringify(NAMES.map((name) => ({ name }))), stderr: "" } };
  const API_KEY_KNOWN = { brought: { API_KEYS: API_KEY }, deploy: false };

  it("of a new worker name the desk, so that agents serve users who ask for a person", async ({ expect }) => {
    const { code, asked, shown } = await run({}, { worker: worker() });
    expect(code).toBe(0);
    const put = asked.find(({ method }) => method === "PUT");
    expect(put?.headers.get("if-match")).toBe('"0"');
    expect(await put?.json()).toEqual({ defaults: { fallback: { type: "handover" }, humanService: "desk" } });
    expect(shown).toContain("agents of the desk serve users");
  });

  it("contain the given greeting, so that the first message gets an answer", async ({ expect }) => {
    const { code, asked, shown } = await run({ greeting: "您好" }, { worker: worker() });
    expect(code).toBe(0);
    const put = asked.find(({ method }) => method === "PUT");
    const defaults = { fallback: { type: "handover" }, humanService: "desk", greeting };
    expect(await put?.json()).toEqual({ defaults });
    expect(shown).toContain("欢迎语已保存");
  });

  it("do not move users of an existing worker from WeChat's own agents to the desk", async ({ expect }) => {
    const { asked, shown } = await run({ ...API_KEY_KNOWN, greeting: "您好" }, { wrangler: known, worker: worker() });
    const put = asked.find(({ method }) => method === "PUT");
    expect(await put?.json()).toEqual({ defaults: { fallback: { type: "handover" }, greeting } });
    expect(shown).not.toContain("humanService");
    const again = await run(API_KEY_KNOWN, { wrangler: known, worker: worker() });
    expect(again.asked.some(({ method }) => method === "PUT")).toBe(false);
  });

  it("never replace existing settings", async ({ expect }) => {
    const { asked, shown } = await run({ greeting: "您好" }, { worker: { "GET /api/v1/settings": [settings('"3"')] } });
    expect(asked.some(({ method }) => method === "PUT")).toBe(false);
    expect(shown).toContain("未写入欢迎语");
    expect(shown).not.toContain("humanService");
  });
});
