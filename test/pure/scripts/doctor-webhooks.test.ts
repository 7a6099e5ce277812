import { describe, it } from "vitest";
import { checkWebhooks } from "../../../scripts/doctor/check-webhooks.ts";

/** The findings about these webhooks of `GET /api/v1/webhooks`. */
function examine(...webhooks: readonly object[]) {
  const ports = {
    fetch: () => Promise.resolve(Response.json({ webhooks })),
    now: () => 0,
    randomBytes: (size: number) => new Uint8Array(size),
  };
  return checkWebhooks(ports, { url: "https://kefu.test", apiKey: "key" });
}

const SHOP = { id: "shop", url: "https://shop.example.com/", events: [], state: "ok", failures: 0 };

describe("the doctor's check of webhooks", () => {
  it("reports skipped events, although the endpoint works again, with the command to replay them", async ({
    expect,
  }) => {
    const first = { id: "ab-1", conversation: "ab", type: "message.received", at: "2026-11-22T08:00:00.000Z" };
    const skipped = { count: 7, conversations: 2, lastReason: "refused", lastStatus: 400, first };
    const findings = await examine({ ...SHOP, skipped });
    expect(findings.map(({ id, state }) => [id, state])).toEqual([
      ["webhook.shop", "ok"],
      ["webhook.shop.skipped", "failed"],
    ]);
    expect(findings[1]).toMatchObject({
      fact: "7 / 2, refused HTTP 400, since 2026-11-22T08:00:00.000Z (ab-1)",
      wrong: { en: "7 events were skipped" },
      cure: { en: expect.stringContaining('POST /api/v1/webhooks/shop/replay {"from":"skipped"}') },
    });
  });

  it("names how many conversations wait while others are delivered", async ({ expect }) => {
    const trouble = { ...SHOP, state: "failing", lastReason: "status", lastStatus: 500 };
    expect(await examine({ ...trouble, waiting: 4 })).toMatchObject([
      { state: "failed", fact: "status HTTP 500", wrong: { en: expect.stringContaining("4 conversations") } },
    ]);
    const [all] = await examine({ ...trouble, failures: 3, waiting: 2 });
    expect(all?.wrong?.en).toBe("the latest deliveries failed");
  });

  it("reports settings that cannot be read", async ({ expect }) => {
    const refusal = Response.json({ code: "settings_unreadable", status: 409 }, { status: 409 });
    const ports = { fetch: () => Promise.resolve(refusal), now: () => 0, randomBytes: () => new Uint8Array() };
    const findings = await checkWebhooks(ports, { url: "https://kefu.test", apiKey: "key" });
    expect(findings).toMatchObject([{ id: "settings", state: "failed", cure: { en: expect.stringContaining("PUT") } }]);
  });

  it("does not mention skipped events when there are none", async ({ expect }) => {
    expect(await examine(SHOP)).toHaveLength(1);
  });
});
