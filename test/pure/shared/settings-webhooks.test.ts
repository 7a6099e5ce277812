import { describe, it } from "vitest";
import { findListeners } from "../../../shared/api/settings/webhooks.ts";
import { WEBHOOK_EVENTS } from "../../../shared/api/webhook-events.ts";
import { parseSettings } from "../../support/settings.ts";

const URL = "https://shop.example.com/hook";
const FALLBACK = { type: "silent" } as const;
const ASK = { type: "webhook", webhookId: "shop" } as const;

const parse = (extra: Readonly<Record<string, unknown>>) => parseSettings({ fallback: FALLBACK, ...extra });
const pathsOf = (extra: Readonly<Record<string, unknown>>) => {
  const parsed = parse(extra);
  return parsed.ok ? [] : parsed.error.map(({ path }) => path);
};

describe("the webhooks of the settings", () => {
  it("receive all events without a list, and none with an empty list", ({ expect }) => {
    const parsed = parse({
      webhooks: [
        { id: "all", url: URL },
        { id: "some", url: URL, events: ["message.received"] },
        { id: "asked", url: URL, events: [] },
      ],
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    expect(parsed.value.webhooks[0]?.events).toEqual(WEBHOOK_EVENTS);
    expect(findListeners(parsed.value.webhooks)).toEqual(["all", "some"]);
  });

  it("are at most five, each with a unique id, known events and no secret", ({ expect }) => {
    const six = Array.from({ length: 6 }, (_, n) => ({ id: `w${n}`, url: URL }));
    expect(pathsOf({ webhooks: six })).toEqual(["webhooks"]);
    expect(pathsOf({ webhooks: [six[0], six[0]] })).toEqual(["webhooks.1.id"]);
    expect(pathsOf({ webhooks: [{ id: "a b", url: URL }] })).toEqual(["webhooks.0.id"]);
    expect(pathsOf({ webhooks: [{ id: "a", url: URL, events: ["message"] }] })).toEqual(["webhooks.0.events.0"]);
    expect(pathsOf({ webhooks: [{ id: "a", url: URL, secret: "whsec_x" }] })).toEqual(["webhooks.0.secret"]);
    expect(pathsOf({ webhooks: [{ id: "a" }] })).toEqual(["webhooks.0.url"]);
    expect(pathsOf({ webhooks: [{ id: "a", url: `https://a.example/${"x".repeat(2_048)}` }] })).toEqual([
      "webhooks.0.url",
    ]);
  });

  it("may be named by the action webhook in rules and offHours, never in fallback", ({ expect }) => {
    const rules = [{ id: "orders", match: { type: "anything" }, action: ASK }];
    const webhooks = [{ id: "shop", url: URL }];
    expect(pathsOf({ webhooks, rules, offHours: ASK })).toEqual([]);
    expect(pathsOf({ rules, offHours: ASK })).toEqual(["rules.0.action.webhookId", "offHours.webhookId"]);
    expect(pathsOf({ webhooks, fallback: ASK })).toEqual(["fallback.type"]);
  });
});
