import { describe, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../shared/api/settings/default.ts";
import { foldProgress, syncCursors, type ConsumerCursor } from "../../../worker/conversation/core/consumer-cursor.ts";
import { nextDue } from "../../../worker/conversation/core/schedule.ts";
import { EMPTY_STATE } from "../../../worker/conversation/core/state.ts";
import {
  consumerIdOf,
  listWebhooks,
  webhookCursors,
  withoutWebhooks,
  withWebhookCursors,
} from "../../../worker/webhooks/core/consumers.ts";

const at = (after: number): ConsumerCursor => ({ after, tries: 0, since: 0, nextAt: 0 });
const hook = (id: string, ...events: "message.received"[]) => ({ id, url: "https://shop.example.com/", events });
/** Another consumer, with an id similar to that of a webhook. */
const OTHER = { webhook: at(2), archive: at(3) };

describe("webhooks among the consumers of a log", () => {
  it("have a cursor each, except endpoints that receive no events", ({ expect }) => {
    const settings = { ...DEFAULT_SETTINGS, webhooks: [hook("crm", "message.received"), hook("asked")] };
    expect(listWebhooks(settings)).toEqual(["webhook:crm"]);
  });

  it("are read and written without the cursors of other consumers", ({ expect }) => {
    const consumers = { ...OTHER, [consumerIdOf("crm")]: at(7), [consumerIdOf("constructor")]: at(8) };
    expect(webhookCursors(consumers)).toEqual({ crm: at(7), constructor: at(8) });
    expect(withoutWebhooks(consumers)).toEqual(OTHER);
    expect(withWebhookCursors(consumers, { bot: at(9) })).toEqual({ ...OTHER, "webhook:bot": at(9) });
  });

  it("that were removed lose their cursors with a run, and other consumers do not change", ({ expect }) => {
    const { consumers } = syncCursors(
      { consumers: OTHER, settingsVersion: 1 },
      { consumers: ["webhook", "archive", "webhook:crm", "webhook:gone"], settingsVersion: 2 },
      5,
    );
    const known = { consumers: webhookCursors(consumers), settingsVersion: 2 };
    const progress = new Map([["crm", { from: 5, to: 9 }]]);
    const folded = foldProgress(known, { consumers: ["crm"], settingsVersion: 3 }, progress, 0, () => 0);
    expect(withWebhookCursors(consumers, folded.consumers)).toEqual({ ...OTHER, "webhook:crm": at(9) });
  });

  it("that cannot be signed set no alarm, and other consumers do", ({ expect }) => {
    const consumers = { "webhook:crm": { ...at(1), nextAt: 10 }, archive: { ...at(1), nextAt: 20 } };
    const state = { ...EMPTY_STATE, lastSeq: 5, consumers };
    expect(nextDue(state, undefined, 0)).toBe(10);
    expect(nextDue(state, undefined, 0, withoutWebhooks(consumers))).toBe(20);
    expect(nextDue(state, undefined, 0, {})).toBeUndefined();
  });
});
