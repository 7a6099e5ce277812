import { describe, it } from "vitest";
import { isWebhookSecret, signWebhook } from "../../../worker/webhooks/sign.ts";

// The test vector of the Standard Webhooks libraries.
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PARTS = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

describe("a webhook's signature", () => {
  it("is that of the published test vector", async ({ expect }) => {
    expect(await signWebhook([SECRET], PARTS)).toBe(SIGNATURE);
  });

  it("covers id, time and body", async ({ expect }) => {
    for (const change of [{ id: "msg_2" }, { timestamp: 1 }, { body: "{}" }]) {
      expect(await signWebhook([SECRET], { ...PARTS, ...change })).not.toBe(SIGNATURE);
    }
  });

  it("is made with both secrets while they are changed", async ({ expect }) => {
    const other = `whsec_${btoa("a".repeat(32))}`;
    const both = await signWebhook([other, SECRET], PARTS);
    expect(both).toBe(`${await signWebhook([other], PARTS)} ${SIGNATURE}`);
  });
});

describe("a webhook secret", () => {
  it("is whsec_ and base64 of 24 to 64 bytes", ({ expect }) => {
    expect(isWebhookSecret(SECRET)).toBe(true);
    for (const bytes of [24, 32, 64]) expect(isWebhookSecret(`whsec_${btoa("x".repeat(bytes))}`)).toBe(true);
    for (const bytes of [0, 23, 65]) expect(isWebhookSecret(`whsec_${btoa("x".repeat(bytes))}`)).toBe(false);
    for (const text of ["", "whsec_", SECRET.slice(6), `${SECRET}=`, `${SECRET} `, SECRET.replace("M", "_")]) {
      expect(isWebhookSecret(text)).toBe(false);
    }
  });

  it("that is invalid is never used", async ({ expect }) => {
    await expect(signWebhook(["whsec_x"], PARTS)).rejects.toThrow(TypeError);
  });
});
