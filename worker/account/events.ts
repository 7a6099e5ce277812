/**
 * The account events of one credential: each is stored once, read by a cursor, and delivered to webhooks in order
 * (docs/design/0007-scopes.md, 0013-webhooks.md). The table is the outbox, like the log of a conversation: the only
 * record of a delivery is one cursor per endpoint.
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import type { Webhook } from "../../shared/api/settings/webhooks.ts";
import { ACCOUNT_EVENT, eventIdOf } from "../../shared/api/webhook-events.ts";
import { ownValue } from "../../shared/base/own-value.ts";
import type { OwnedAccountEvent, StoredAccountEvent } from "../../shared/message/account-event.ts";
import { miniProgramAccount } from "../../shared/message/address.ts";
import {
  delayCursors,
  dueCursors,
  foldProgress,
  replayFrom,
  syncCursors,
  scheduleCursors,
  type ConsumerCursors,
} from "../conversation/core/consumer-cursor.ts";
import { datePush } from "../conversation/core/erasure.ts";
import { repeatsSince } from "../conversation/core/repeats.ts";
import type { WebhookCallDeps } from "../webhooks/call-webhook.ts";
import { toAccountWebhookEvent } from "../webhooks/core/event.ts";
import { toListed, type ListedWebhooks } from "../webhooks/core/listed-webhooks.ts";
import type { SkippedEvents } from "../webhooks/core/skipped.ts";
import type { WebhookAccount } from "../webhooks/health-reader.ts";
import type { Deliverable } from "../webhooks/run.ts";
import type { AccountStore } from "./store.ts";
import type { Erasures } from "./users/erasures.ts";

/** The maximum number of stored events. */
const MAX_EVENTS = 5_000;
/**
 * Events beyond `MAX_EVENTS` are searched and deleted only when a new event's seq, a time, is divisible by this number,
 * because the search reads all events. Between two searches more than `MAX_EVENTS` may be stored.
 */
const COUNT_EVERY = 64;
/**
 * The maximum size of a page, UTF-16 units of JSON: an event has up to about 256 KB (a push of 64 KB of quotes, escaped
 * twice), and an answer must stay below the RPC's 32 MiB.
 */
const MAX_PAGE_LENGTH = 1_000_000;
/**
 * Time for webhook calls in one alarm, milliseconds; after it no further call starts, and the next alarm delivers the
 * remaining events. The time is limited because the same alarm must also refresh the token.
 */
const BUDGET_MS = 10_000;
/** Delay before the next attempt when the settings cannot be read, milliseconds; no webhook is called before. */
const REST_MS = 30_000;

/** An event as the account stores it. */
export interface KeptAccountEvent extends StoredAccountEvent {
  readonly key: string;
}

/**
 * The outcome of storing an event. true: it is new; false: it is a repeat or older than the retention time; `erased`:
 * it names a user who was erased since then, and is stored without its content, or it is a repeat of such an event.
 * Crosses RPC.
 */
export type EventOutcome = boolean | "erased";

/** The part of the account's storage that events use. */
type EventStore = Pick<
  AccountStore,
  | "findEvent"
  | "hasEvent"
  | "addEvent"
  | "events"
  | "newestEvent"
  | "eventBeyond"
  | "eventBefore"
  | "undelivered"
  | "deleteEvents"
>;

/** The parts of the account object that events use. */
export interface AccountEventsHost {
  readonly store: EventStore;
  /**
   * The id of the account object, 64 hex digits, which the ids of account events contain, as the ids of a
   * conversation's events contain the conversation's id.
   */
  readonly objectId: string;
  readonly credential: () => string;
  readonly appid: () => string;
  readonly cursors: () => ConsumerCursors;
  /** Stores cursors if passed, and sets the alarm if something is due before it. */
  readonly write: (cursors?: ConsumerCursors) => void;
  /** Returns the settings in force; undefined when they cannot be read. */
  readonly settings: () => Promise<SettingsVersion | undefined>;
  /** Returns the version of the newest settings that callers have read, to which the cursors belong. */
  readonly version: () => number;
  /** Applies settings that the alarm has read, in the same way as settings that a caller has read. */
  readonly follow: (listed: ListedWebhooks) => void;
  /**
   * Returns the dependencies of webhook calls; undefined when the account is not configured, or there is no signing
   * secret.
   */
  readonly webhooks: () => WebhookCallDeps | undefined;
  readonly account: WebhookAccount;
  readonly erasures: Pick<Erasures, "mayConcern" | "concern">;
  readonly recordSkipped: (webhook: string, events: SkippedEvents, now: number) => void;
}

/** Creates the account events of one credential. */
export function createAccountEvents(host: AccountEventsHost) {
  const { store, objectId, cursors, write, erasures } = host;

  const knownCursors = () => ({ consumers: cursors(), settingsVersion: host.version() });

  function readEvents(after: number, limit: number): readonly KeptAccountEvent[] {
    const clamped = Math.min(Math.max(Math.trunc(limit), 0), MAX_EVENTS);
    return store.events(after, clamped, MAX_PAGE_LENGTH).map(({ seq, at, key, body }) => {
      // `add` wrote this text, so its shape is known.
      const { user, event }: OwnedAccountEvent = JSON.parse(body);
      return { seq, at, key, user, event };
    });
  }

  /** Deletes events up to a seq and records those that a webhook did not receive. */
  function forget(upTo: number | null, now: number): void {
    if (upTo === null) return;
    for (const [id, { after }] of Object.entries(cursors())) {
      const lost = store.undelivered(after, upTo);
      if (lost === undefined) continue;
      const { seq, at, count } = lost;
      const first = { seq, at, id: eventIdOf({ objectId }, { seq }, ACCOUNT_EVENT), type: ACCOUNT_EVENT };
      host.recordSkipped(id, { conversation: objectId, count, first, reason: "expired" }, now);
    }
    store.deleteEvents(upTo);
  }

  function toDeliverable(event: StoredAccountEvent): Deliverable {
    const { seq, at } = event;
    return {
      seq,
      at,
      // Checked before each call, because the user that the event names may have been erased since it was read.
      get types() {
        return store.hasEvent(seq) ? ([ACCOUNT_EVENT] as const) : [];
      },
      build: (_type, isMasked) => {
        const origin = { channel: "mini-program", account: host.appid(), objectId } as const;
        return toAccountWebhookEvent(origin, event, isMasked);
      },
    };
  }

  return {
    /**
     * Stores an event.
     *
     * @param key the same for every delivery of the event
     * @param arrived the event and its user; `createdAt` 0: the event has no CreateTime, and its key is a hash of its
     * content alone
     * @param now when it arrived, epoch ms
     * @param signedAt when the push was signed, epoch ms; 0: unknown
     * @param keptMs how long events are kept, milliseconds
     */
    async add(
      key: string,
      { user, event }: OwnedAccountEvent,
      { now, signedAt, keptMs }: { readonly now: number; readonly signedAt: number; readonly keptMs: number },
    ): Promise<EventOutcome> {
      const createdAt = event.createdAt === 0 ? now : event.createdAt;
      if (createdAt < now - keptMs) return false;
      const since = repeatsSince(event.createdAt, now);
      const known = store.findEvent(key, since);
      if (known !== undefined) return toRepeat(known);
      const body = JSON.stringify({ user, event: { ...event, createdAt } } satisfies OwnedAccountEvent);
      const datedAt = datePush(event.createdAt, signedAt);
      const mayBeErased = erasures.mayConcern(datedAt, now);
      const isErased = mayBeErased && (await erasures.concern(body, datedAt, now));
      // Another delivery of the event may have been stored during the await.
      const stored = mayBeErased ? store.findEvent(key, since) : undefined;
      if (stored !== undefined) return toRepeat(stored);
      const before = store.newestEvent();
      const seq = store.addEvent({ at: now, key, body: isErased ? "" : body });
      if (seq % COUNT_EVERY === 0) forget(store.eventBeyond(MAX_EVENTS), now);
      const cursorsBefore = cursors();
      const woken = scheduleCursors(cursorsBefore, before, now);
      write(isSame(cursorsBefore, woken) ? undefined : woken);
      return isErased ? "erased" : true;
    },

    /**
     * Returns events after a cursor, oldest first: at most `limit` (raised to 0 or lowered to 5000 when it is outside),
     * and no more than fit in a page, but always the first.
     */
    read: readEvents,

    /** Deletes events from before `horizon`, epoch ms, and records those that a webhook did not receive. */
    expire: (horizon: number, now: number): void => forget(store.eventBefore(horizon), now),

    /** Returns the seq of the newest event if webhooks can be called; otherwise 0, so that nothing is due. */
    deliverable: (): number => (host.webhooks() === undefined ? 0 : store.newestEvent()),

    /**
     * Applies newer settings that a caller has read: a new endpoint starts after the newest event; the cursor of a
     * removed endpoint is deleted.
     */
    follow({ webhooks, version }: ListedWebhooks): void {
      const listed = { consumers: listenersOf(webhooks), settingsVersion: version };
      const synced = syncCursors(knownCursors(), listed, store.newestEvent()).consumers;
      if (!isSame(cursors(), synced)) write(synced);
    },

    /**
     * Sets an endpoint's cursor to `after`, or to the newest event when that is earlier, so that all later events are
     * delivered again. @returns the cursor; null when the endpoint does not subscribe to events
     */
    replay(id: string, after: number, now: number): number | null {
      const known = cursors();
      if (ownValue(known, id) === undefined) return null;
      const from = Math.min(after, store.newestEvent());
      write(replayFrom(knownCursors(), { id, after: from, settingsVersion: 0 }, now).consumers);
      return from;
    },

    /**
     * Delivers the due events; resolves when they are delivered or failed, or the time is used up. While the settings
     * cannot be read, it only delays them.
     */
    async deliver(started: number): Promise<void> {
      const deps = host.webhooks();
      if (deps === undefined || dueCursors(cursors(), store.newestEvent(), started).length === 0) return;
      const read = await host.settings();
      if (read === undefined) return write(delayCursors(cursors(), started + REST_MS));
      // Loaded here, so that a cold start for a push does not evaluate this code.
      const { runWebhooks } = await import("../webhooks/run.ts");
      const { settings, version } = read;
      host.follow(toListed(read));
      const last = store.newestEvent();
      const ids = dueCursors(cursors(), last, started);
      const [credential, fields] = [host.credential(), miniProgramAccount(host.appid())];
      const due = settings.webhooks.flatMap((webhook) => {
        const cursor = ids.includes(webhook.id) ? ownValue(cursors(), webhook.id) : undefined;
        return cursor === undefined ? [] : [{ webhook, cursor }];
      });
      const progress = await runWebhooks({
        source: { objectId },
        due,
        last,
        rows: (after, limit) => readEvents(after, limit).map(toDeliverable),
        deps,
        health: {
          credential,
          fields,
          account: () => host.account,
          memory: new Map(),
          now: deps.now,
          listed: toListed(read),
        },
        mayContinue: () => deps.now() < started + BUDGET_MS,
        fields,
      });
      const listed = { consumers: listenersOf(settings.webhooks), settingsVersion: version };
      // Read again: a new event, a replay or newer settings may have been stored during the calls.
      write(foldProgress(knownCursors(), listed, progress, deps.now(), Math.random).consumers);
    },
  };
}

function listenersOf(webhooks: readonly Webhook[]): readonly string[] {
  return webhooks.filter(({ events }) => events.includes(ACCOUNT_EVENT)).map(({ id }) => id);
}

function toRepeat({ isErased }: { readonly isErased: boolean }): EventOutcome {
  return isErased ? "erased" : false;
}

function isSame(a: ConsumerCursors, b: ConsumerCursors): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
