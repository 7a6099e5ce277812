import { describe, it } from "vitest";
import { APPID, SECRETS } from "../support/workerd.ts";
import { call } from "./api-client.ts";

const ask = (vars?: Readonly<Record<string, unknown>>) => call("GET", "/healthz", { key: null, vars });
const APP = { appid: APPID, ...SECRETS };

describe("GET /healthz", () => {
  it("needs no key, and returns the number of apps and their push formats", async ({ expect }) => {
    const response = await ask();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      apps: 2,
      modes: ["secure", "secure"],
      api: "open",
      dataKey: "set",
      warnings: [],
    });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("warns of plain mode and of an API without a key", async ({ expect }) => {
    const WECHAT_APPS = JSON.stringify([{ ...APP, mode: "plain" }]);
    const response = await ask({ WECHAT_APPS, API_KEYS: "" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      apps: 1,
      modes: ["plain"],
      api: "closed",
      warnings: [{ variable: "WECHAT_PUSH_MODE" }],
    });
  });

  it("reports a missing key for the data of the desk, which is not a problem", async ({ expect }) => {
    const response = await ask({ DATA_KEY: "", MEDIA: undefined });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ok", dataKey: "missing", warnings: [] });
  });

  it("warns of a bucket for pictures that stays empty without the key", async ({ expect }) => {
    const response = await ask({ DATA_KEY: "" });
    expect(await response.json()).toMatchObject({ status: "ok", warnings: [{ variable: "DATA_KEY" }] });
  });

  it("answers 503 with every problem and its remedy", async ({ expect }) => {
    const response = await ask({ WECHAT_APPS: "", RETENTION_DAYS: "soon" });
    expect(response.status).toBe(503);
    const health = await response.json<{ status: string; problems: readonly { variable: string; cure: string }[] }>();
    expect(health.status).toBe("misconfigured");
    expect(health.problems.map(({ variable }) => variable)).toEqual(
      expect.arrayContaining([
        "WECHAT_APPID",
        "WECHAT_APP_SECRET",
        "WECHAT_TOKEN",
        "WECHAT_ENCODING_AES_KEY",
        "RETENTION_DAYS",
      ]),
    );
    for (const { cure } of health.problems) expect(cure).not.toBe("");
  });

  it("never shows a value, correct or incorrect", async ({ expect }) => {
    const broken = { ...APP, aesKey: "too-short-a-key", appid: "wx-wrong-appid" };
    const texts = await Promise.all([
      ask({}).then((response) => response.text()),
      ask({ WECHAT_APPS: JSON.stringify([broken]), API_KEYS: "short-key" }).then((r) => r.text()),
      ask({ WECHAT_APPS: "not-json-at-all" }).then((response) => response.text()),
    ]);
    const values = [...Object.values(APP), "too-short-a-key", "wx-wrong-appid", "short-key", "not-json", "test-key"];
    for (const value of values) expect(texts.join()).not.toContain(value);
  });
});
