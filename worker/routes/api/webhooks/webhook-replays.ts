/**
 * Redelivers events: of one conversation from a row on, or of all conversations with skipped events
 * (docs/design/0013-webhooks.md). A replayed conversation is removed from the account's record only after it has stored
 * the replay, so an interrupted call repeats events and loses none.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { ProblemCode } from "../../../../shared/api/problem-table.ts";
import { LogQuerySchema } from "../../../../shared/api/schemas.ts";
import { parseEventId } from "../../../../shared/api/webhook-events.ts";
import {
  FROM_SKIPPED,
  ReplayBodySchema,
  ReplayedSchema,
  ReplayFromBodySchema,
  ReplayParamSchema,
  ReplayStartedSchema,
  WebhookParamSchema,
} from "../../../../shared/api/webhooks.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../../shared/message/address.ts";
import type { RemoteConversation } from "../../../conversation/rpc.ts";
import { findConversation, findConversationById } from "../../../inbox/find-conversation.ts";
import { consumerIdOf } from "../../../webhooks/core/consumers.ts";
import { toListed, type ListedWebhooks } from "../../../webhooks/core/listed-webhooks.ts";
import type { SkippedConversation } from "../../../webhooks/core/skipped.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe, validator } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseAccountOfEvent, chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { readStored } from "../../http/stored-settings.ts";

/**
 * Maximum number of conversations replayed per request: each needs one object call, and Cloudflare limits the calls per
 * request.
 */
const REPLAY_BATCH = 100;

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

/** Routes about redelivered events. */
export const webhookReplays = new Hono<HttpEnv>();

webhookReplays.post(
  "/conversations/:id/webhooks/:webhook/replay",
  describe({
    id: "replayWebhook",
    tag: "operations",
    access: "operations.change",
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
  }),
  validator("param", ReplayParamSchema, refuseParameter),
  validator("query", LogQuerySchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const request = await readBody(c, ReplayBodySchema);
    if (!request.ok) return request.error;
    const replayer = await createReplayer(c, c.req.valid("param").webhook);
    if (!replayer.ok) return replayer.error;
    const { address } = conversationOf(c);
    const { log } = c.req.valid("query");
    const { after: asked } = request.value;
    const after = await replayer.value.replay(findConversation(servicesOf(c), address), asked, log);
    if (after === null) return problem(c, log === undefined ? "conversation_not_found" : "gone", {});
    return c.json({ after } satisfies v.InferOutput<typeof ReplayedSchema>, 202);
  },
);

webhookReplays.post(
  "/webhooks/:id/replay",
  describe({
    id: "replaySkipped",
    tag: "operations",
    access: "operations.change",
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
  }),
  validator("param", WebhookParamSchema, refuseParameter),
  async (c) => {
    const request = await readBody(c, ReplayFromBodySchema);
    if (!request.ok) return request.error;
    const { from } = request.value;
    if (from !== FROM_SKIPPED) await chooseAccountOfEvent(c, from);
    const replayer = await createReplayer(c, c.req.valid("param").id);
    if (!replayer.ok) return replayer.error;
    const { value } = replayer;
    const started = from === FROM_SKIPPED ? await value.replaySkipped() : await value.replayFrom(from);
    if (started === undefined) return problem(c, "conversation_not_found", {});
    return c.json(started, 202);
  },
);

webhookReplays.delete(
  "/webhooks/:id/skipped",
  describe({
    id: "dismissSkipped",
    tag: "operations",
    access: "operations.change",
    summary: { zh: "清除 Webhook 遗漏事件的记录", en: "Clear the record of events that a webhook missed" },
    text: {
      zh: "只清除记录，不重新投递：例如接收方不需要这些事件。",
      en: "Clears the record without delivering: for events that the receiver does not need.",
    },
    answers: { 204: { text: { zh: "已清除", en: "The record is cleared" } } },
    problems: ["webhook_not_found", "settings_unreadable", "invalid_field"],
  }),
  validator("param", WebhookParamSchema, refuseParameter),
  async (c) => {
    const { id } = c.req.valid("param");
    const listed = await readListed(c, id);
    if (!listed.ok) return listed.error;
    await servicesOf(c).account().dismissSkipped(id);
    return c.body(null, 204);
  },
);

type Started = v.InferOutput<typeof ReplayStartedSchema>;

/** Replays to one webhook of the settings. */
interface Replayer {
  /**
   * Replays one conversation from after a row. @returns the cursor; null when the user is unknown, or the conversation
   * now has another log
   */
  replay(conversation: RemoteConversation, after: number, log?: string): Promise<number | null>;
  /** Replays one conversation from an event on. @returns undefined when the event does not belong to this account */
  replayFrom(eventId: string): Promise<Started | undefined>;
  /** Replays a batch of the recorded conversations. */
  replaySkipped(): Promise<Started>;
}

/** Returns the webhooks of the settings if they contain this one; otherwise the response that refuses the request. */
async function readListed(c: Context<HttpEnv>, id: string): Promise<Result<ListedWebhooks, Response>> {
  const stored = await readStored(c);
  if (!stored.ok) return stored;
  const listed = toListed(stored.value);
  const isListed = listed.webhooks.some((webhook) => webhook.id === id);
  return isListed ? ok(listed) : err(problem(c, "webhook_not_found", {}));
}

/**
 * Returns the replays to a webhook; otherwise the response that refuses the request. Must be called after the body was
 * validated.
 */
async function createReplayer(c: Context<HttpEnv>, id: string): Promise<Result<Replayer, Response>> {
  const listed = await readListed(c, id);
  if (!listed.ok) return listed;
  const services = servicesOf(c);
  const { appid } = services.accountConfig;
  const account = services.account();
  // The ids of events of the mini program as a whole contain the id of the account's object.
  const accountId = c.env.ACCOUNT.idFromName(services.credential).toString();
  const caller = { account: miniProgramAccount(appid), settingsVersion: listed.value.version };
  const callerOf = (log: string | null) => (log === null ? caller : { ...caller, log });

  const replay = (conversation: RemoteConversation, after: number, log: string | null = null) =>
    replayObject(conversation.id.toString(), () => conversation.replay(consumerIdOf(id), after, callerOf(log)));

  async function replayObject(objectId: string, start: () => Promise<number | null>): Promise<number | null> {
    // Read before the replay, so that events that are skipped again during it stay recorded.
    const known = await account.skippedConversations(id, objectId);
    const from = await start();
    const covered = known.filter((entry) => from !== null && from <= entry.after);
    if (covered.length > 0) await account.replayed(id, covered);
    return from;
  }

  return ok({
    replay,
    async replayFrom(eventId) {
      const address = parseEventId(eventId);
      if (address === undefined) return undefined;
      if (address.objectId === accountId) {
        const from = await replayObject(accountId, () => account.replayEvents(id, address.seq - 1, listed.value));
        if (from === null) return undefined;
        return { conversations: 1, remaining: await account.replayed(id, []) };
      }
      const conversation = findConversationById(services, address.objectId);
      if (conversation === undefined || (await replay(conversation, address.seq - 1)) === null) return undefined;
      return { conversations: 1, remaining: await account.replayed(id, []) };
    },
    async replaySkipped() {
      const known = await account.skippedConversations(id, REPLAY_BATCH);
      const outcomes = await Promise.allSettled(
        known.map(async (entry): Promise<SkippedConversation> => {
          // An erased or expired conversation has no events to deliver.
          if (entry.conversation === accountId) await account.replayEvents(id, entry.after, listed.value);
          else
            await findConversationById(services, entry.conversation)?.replay(
              consumerIdOf(id),
              entry.after,
              callerOf(entry.log),
            );
          return entry;
        }),
      );
      const done = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      return { conversations: done.length, remaining: await account.replayed(id, done) };
    },
  });
}
