/** What the API document contains about the routes for webhooks. */
import type { ProblemCode } from "../../../shared/api/problem-table.ts";
import {
  ReplayBodySchema,
  ReplayedSchema,
  ReplayFromBodySchema,
  ReplayStartedSchema,
  WebhooksSchema,
} from "../../../shared/api/webhooks.ts";
import type { RouteDocs } from "../route-docs.ts";

/** The problems of a replay. */
const REPLAY_PROBLEMS = [
  "malformed_json",
  "webhook_not_found",
  "conversation_not_found",
  "settings_unreadable",
  "body_too_large",
  "unsupported_media_type",
  "invalid_field",
] as const satisfies readonly ProblemCode[];

/** The descriptions of these routes, by operation id. */
export const WEBHOOKS: RouteDocs = {
  replayWebhook: {
    tag: "operations",
    summary: { zh: "重新向 Webhook 投递一个对话的事件", en: "Redeliver the events of a conversation to a webhook" },
    text: {
      zh: "重新投递 after 之后的全部事件，webhook-id 不变；仍在保留期内的记录都可以重新投递。",
      en: "Redelivers all events after `after` with the same webhook-ids, as far back as rows are kept.",
    },
    body: [{ type: "application/json", schema: ReplayBodySchema, example: { after: 0 } }],
    answers: {
      202: {
        text: { zh: "已安排", en: "The delivery is scheduled" },
        content: { type: "application/json", schema: ReplayedSchema },
      },
    },
    problems: ["account_required", "gone", ...REPLAY_PROBLEMS],
  },
  replaySkipped: {
    tag: "operations",
    summary: { zh: "重新投递 Webhook 遗漏的事件", en: "Redeliver the events that a webhook missed" },
    text: {
      zh: "`skipped`：每个有遗漏的对话从第一个遗漏的事件起全部重新投递，一次最多 100 个对话；某个 webhook-id：该对话从这个事件起重新投递。webhook-id 不变；其后已投递过的事件也会再次到达。",
      en: '"skipped": every conversation with skipped events is redelivered from its first one, 100 conversations per call; a webhook-id: its conversation is redelivered from that event. The ids stay the same; later events that were already accepted arrive again.',
    },
    body: [{ type: "application/json", schema: ReplayFromBodySchema, example: { from: "skipped" } }],
    answers: {
      202: {
        text: { zh: "已安排", en: "The delivery is scheduled" },
        content: { type: "application/json", schema: ReplayStartedSchema },
      },
    },
    problems: REPLAY_PROBLEMS,
  },
  dismissSkipped: {
    tag: "operations",
    summary: { zh: "清除 Webhook 遗漏事件的记录", en: "Clear the record of events that a webhook missed" },
    text: {
      zh: "只清除记录，不重新投递：例如接收方不需要这些事件。",
      en: "Clears the record without delivering: for events that the receiver does not need.",
    },
    answers: { 204: { text: { zh: "已清除", en: "The record is cleared" } } },
    problems: ["webhook_not_found", "settings_unreadable", "invalid_field"],
  },
  listWebhooks: {
    tag: "operations",
    summary: { zh: "Webhook 的状态", en: "The state of the webhooks" },
    answers: {
      200: {
        text: { zh: "设置中的每个 Webhook", en: "Each webhook in the settings" },
        content: { type: "application/json", schema: WebhooksSchema },
      },
    },
    problems: ["settings_unreadable"],
  },
};
