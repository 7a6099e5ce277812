/**
 * The alarm of a conversation: delivers what is due and has no lease holder, passes rows to the consumers of the log,
 * deletes rows past their retention, and sets itself again while something is due.
 */
import type { Address } from "../../shared/message/address.ts";
import { findConfigOf, requireConfig, type Config } from "../config/config.ts";
import type { LoadedConversation } from "../conversation/conversation.ts";
import { isConfirmed, listKeepers, nextConfirmation } from "../conversation/core/erasure.ts";
import { pruneUntil } from "../conversation/core/schedule.ts";
import { needsSessions, type DeskTerms } from "../conversation/core/session/service.ts";
import type { ConsumerHost } from "../conversation/log-consumer.ts";
import type { AccountPause, ConversationRpc } from "../conversation/rpc.ts";
import { findLeftover } from "../conversation/storage/erased-storage.ts";
import { deliverFromAlarm, type AlarmDeliveryDeps } from "../inbox/delivery/from-alarm.ts";
import { deliverToConsumers, expireForConsumers } from "../inbox/log-consumers.ts";
import { createServices, type Channels, type Services } from "../inbox/services.ts";
import { loadSessionCode, readDeskTerms, sessionCode } from "../inbox/session/session-code.ts";
import { withTimeout } from "../platform/deadline.ts";
import { conversationTag, errorName, writeLog } from "../platform/logger.ts";
import { MISSING_ACCOUNT_CHECK_INTERVAL_MS, isAccountGone } from "./missing-account.ts";

/** Time in which one alarm starts sends, milliseconds; remaining messages follow in the next alarm. */
const ALARM_BUDGET_MS = 20_000;
/** Minimum delay until the next alarm, milliseconds, so that a bug does not cause a busy loop. */
const ALARM_MIN_DELAY_MS = 500;
/** Delay after an internal error until the alarm runs again, milliseconds. */
const ALARM_ERROR_DELAY_MS = 60_000;
/** Timeout of setting an alarm, milliseconds; the runtime retries a failed alarm. */
const SET_ALARM_MS = 5_000;
/** Rows deleted per batch. */
const PRUNE_BATCH = 500;

/** The injected dependencies. */
export interface AlarmHost {
  /** The object's id. */
  readonly id: DurableObjectId;
  readonly storage: Pick<DurableObjectStorage, "setAlarm" | "deleteAll">;
  readonly env: Env;
  readonly channels: Channels;
  /** Keeps work alive after the alarm. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Returns the conversation, which is another one after `reload` or after an erasure. */
  readonly loaded: () => LoadedConversation;
  /** Loads the conversation again after its storage was deleted. */
  readonly reload: () => void;
  /**
   * Deletes all data of the user and has the other places confirm the deletion.
   *
   * @param at pushes from before this time are rejected, epoch ms
   */
  readonly erase: (at: number) => void;
  readonly settle: ConversationRpc["settle"];
  /** Makes messages that waited for the account due, because its pause is over. */
  readonly resume: (pause: AccountPause) => void;
}

/** Handles what is due. Safe to repeat. Sets the alarm again in every case while something is due. */
export async function runAlarm(host: AlarmHost): Promise<void> {
  const { id, storage, loaded } = host;
  let due: number | undefined;
  let restMs = ALARM_MIN_DELAY_MS;
  try {
    [restMs] = await Promise.all([handleDue(host), confirmErased(host)]);
    due = loaded().nextAlarm();
  } catch (error) {
    due = Date.now() + ALARM_ERROR_DELAY_MS;
    const { channel, account } = loaded().store.address() ?? {};
    const fields = { object: "conversation", channel, account, conversation: conversationTag(id) };
    writeLog("alarm_failed", { ...fields, error: errorName(error) });
  }
  if (due === undefined) return;
  const at = Math.max(due, Date.now() + restMs);
  loaded().setArmedFor(at);
  await withTimeout(SET_ALARM_MS, storage.setAlarm(at));
}

/** Handles what is due. @returns the minimum delay until the next alarm, milliseconds */
async function handleDue(host: AlarmHost): Promise<number> {
  const { env, channels, waitUntil, loaded } = host;
  await deleteLeftover(host);
  const address = loaded().store.address();
  if (address === undefined) return ALARM_MIN_DELAY_MS;
  const config = requireConfig(env);
  const started = Date.now();
  const app = findConfigOf(config, address);
  const services = app && createServices(env, config, app, waitUntil, channels);
  // The app is missing from the configuration, perhaps by mistake: a message leased now could not be sent.
  if (app === undefined && !isAccountGone(config, address, loaded().state().lastSeq, started)) {
    await prune(host, address, config, services);
    return MISSING_ACCOUNT_CHECK_INTERVAL_MS;
  }
  const desk = await prepareSessions(loaded(), services);
  const lease = loaded().leaseDue(address, crypto.randomUUID(), desk);
  if (services !== undefined) {
    const { id, settle, resume } = host;
    const deps: AlarmDeliveryDeps = {
      address,
      id,
      settle: (seq, attempt, outcome, next) => settle(seq, attempt, outcome, next, desk),
      resume,
    };
    // In parallel: an endpoint that accepts an event slowly must not delay a message.
    await Promise.all([
      lease && deliverFromAlarm(deps, lease, services, started + ALARM_BUDGET_MS),
      deliverToConsumers(consumerHost(host, address), services),
    ]);
  }
  await prune(host, address, config, services);
  return ALARM_MIN_DELAY_MS;
}

/**
 * Loads the code of sessions if the conversation has had a session, and returns the desk's terms from the settings;
 * undefined: it has had none, the settings have no desk, or they cannot be read.
 */
async function prepareSessions(
  conversation: LoadedConversation,
  services: Services | undefined,
): Promise<DeskTerms | undefined> {
  if (!needsSessions(conversation.state())) return undefined;
  await loadSessionCode();
  return services && readDeskTerms(services);
}

/** Returns the conversation as a consumer of its log sees it. */
export function consumerHost({ id, loaded }: Pick<AlarmHost, "id" | "loaded">, address: Address): ConsumerHost {
  return {
    address,
    id,
    // Read at each use, like the store: an erasure replaces both, and rows of one log must not be reported under the
    // name of another.
    get log() {
      return loaded().store.log() ?? "";
    },
    state: () => loaded().state(),
    store: () => loaded().store,
    snapshot: () => sessionCode()?.readSnapshot(loaded()) ?? null,
    keep: (known, isDurable) => loaded().keep(known, isDurable),
  };
}

/** Requests the confirmations that are missing after an erasure; the alarm repeats it until all are there. */
async function confirmErased({ id, env, loaded }: AlarmHost): Promise<void> {
  const { store, confirmErasureAt } = loaded();
  const note = store.erased();
  if (note === undefined || isConfirmed(note)) return;
  const { confirmErasure } = await import("../inbox/session/confirm-erasure.ts");
  const confirmed = await confirmErasure(env, requireConfig(env), id, note);
  // The conversation was erased again during the calls; that erasure has to be confirmed as well.
  if (loaded().store !== store) return;
  if (confirmed.pending.length < note.pending.length) store.keepErasure(confirmed);
  confirmErasureAt(nextConfirmation(confirmed, Date.now()));
}

/** Deletes rows past the retention time; when all of them are past it, deletes the object's storage. */
async function prune(host: AlarmHost, address: Address, config: Config, services: Services | undefined): Promise<void> {
  const { loaded } = host;
  const horizon = Date.now() - config.retentionMs;
  const readUntil = () => pruneUntil(loaded().state(), loaded().store.oldest(), horizon);
  const until = readUntil();
  if (until === 0) return;
  if (services !== undefined) await expireForConsumers(consumerHost(host, address), services, until);
  // Computed again: the user may have written, or may have been erased, in the meantime.
  const now = Math.min(until, readUntil());
  if (now === Number.POSITIVE_INFINITY) return deleteExpired(host);
  if (now > 0) loaded().store.prune(now, PRUNE_BATCH);
}

async function deleteLeftover(host: AlarmHost): Promise<void> {
  const { store } = host.loaded();
  const leftover = findLeftover(store, Date.now());
  if (leftover === undefined) return;
  if (leftover === "note") return store.forgetErasure();
  if (leftover === "old_data")
    writeLog("old_data_deleted", { object: "conversation", conversation: conversationTag(host.id) });
  await deleteAll(host);
}

/** Deletes a conversation past the retention time. When other places may hold data of it, they confirm the deletion. */
async function deleteExpired(host: AlarmHost): Promise<void> {
  const { state, store } = host.loaded();
  if (listKeepers(state()).length === 0) return deleteAll(host);
  // At time 0: no erasure was requested, so pushes from before are not rejected.
  host.erase(store.erased()?.at ?? 0);
}

async function deleteAll({ storage, reload }: AlarmHost): Promise<void> {
  // Without a deadline, because it must not be abandoned before it ends; the runtime ends an alarm after 15 minutes.
  await storage.deleteAll();
  reload();
}
