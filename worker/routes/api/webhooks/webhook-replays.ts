/**
 * Redelivers events: of one conversation from a row on, or of all conversations with skipped events
 * (docs/design/0013-webhooks.md). A replayed conversation is removed from the account's record only after it has stored
 * the replay, so an interrupted call repeats events and loses none.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { LogQuerySchema } from "../../../../shared/api/schemas.ts";
import { parseEventId } from "../../../../shared/api/webhook-events.ts";
import type { ReplayedSchema, ReplayStartedSchema } from "../../../../shared/api/webhooks.ts";
import {
  FROM_SKIPPED,
  ReplayBodySchema,
  ReplayFromBodySchema,
  ReplayParamSchema,
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
import { operation, validator } from "../../http/operation.ts";
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

/** Routes about redelivered events. */
export const webhookReplays = new Hono<HttpEnv>();

webhookReplays.post(
  "/conversations/:id/webhooks/:webhook/replay",
  operation("replayWebhook", "operations.change"),
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
  operation("replaySkipped", "operations.change"),
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
  operation("dismissSkipped", "operations.change"),
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

/** Starts replays to one webhook of the settings. */
interface Replayer {
  /**
   * Schedules all events of one conversation after a row for redelivery. @returns the webhook's new cursor; null when
   * the user is unknown, or the conversation now has another log
   */
  replay(conversation: RemoteConversation, after: number, log?: string): Promise<number | null>;
  /**
   * Schedules the events from this one on for redelivery. @returns undefined when this account does not have the event,
   * or when the webhook does not subscribe to account events and this is one
   */
  replayFrom(eventId: string): Promise<Started | undefined>;
  /**
   * Schedules the redelivery for up to `REPLAY_BATCH` of the conversations that are recorded as having skipped events.
   */
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
 * Returns the functions that start replays to a webhook; if the settings do not contain the webhook, the response that
 * refuses the request. Must be called after the body was validated.
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
          // A conversation that was erased or has expired has no events to deliver and counts as done.
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
