/**
 * A conversation without its object: the pure transitions over the engine and an array of records, a manual clock, and
 * a fixed random number. For tests of `worker/conversation/core/`.
 */
import type { TokenVerdict } from "../../shared/entry/context-token.ts";
import { miniProgramAddress, type Address } from "../../shared/message/address.ts";
import type { ChannelRules } from "../../shared/message/channel-rules.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { replyWindow } from "../../worker/conversation/core/admission.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { foldMessageProgress } from "../../worker/conversation/core/outbox/message-status.ts";
import {
  leaseNext,
  settleAttempt,
  type Lease,
  type TransitionContext,
} from "../../worker/conversation/core/outbox/outbox.ts";
import type { Row, RowKind, RowWriter } from "../../worker/conversation/core/rows.ts";
import type { ConversationState } from "../../worker/conversation/core/state.ts";
import { applyEvent, acceptMessage, runDue, type ClassifiedEvent } from "../../worker/conversation/core/transitions.ts";
import { createEngine } from "../../worker/conversation/engine.ts";
import { runTransition } from "../../worker/conversation/transact.ts";
import { openArrayStore, type ArrayData } from "./array-store.ts";
import { RULES } from "./rules.ts";

export const T0 = 1_760_000_000_000;

export const text = (content: string): Outbound => ({ type: "text", content });

export const reply = (...contents: readonly string[]): Candidate => ({
  ruleId: "rule",
  action: { type: "reply", messages: contents.map(text) },
});

export const TRANSFER: Candidate = { ruleId: "hand-over", action: { type: "handover" } };

const ADDRESS = miniProgramAddress("wx1", "o1");

interface Options {
  readonly rules?: ChannelRules;
  readonly unconfirmedRetries?: 0 | 1;
  readonly keepsPictures?: boolean;
  readonly random?: () => number;
}

interface SubmitStep {
  readonly state: ConversationState;
  readonly ok: boolean;
  readonly reason?: string;
  /** The message's first row; absent when refused. */
  readonly message?: number;
  readonly lease?: Lease;
}

/** Creates a conversation under test; it is evicted after every step. */
export function converse(options: Options = {}) {
  const { rules = RULES, unconfirmedRetries = 1, keepsPictures = false, random = () => 0.5 } = options;
  let now = T0;
  const data: ArrayData = { records: [] };
  const load = () =>
    createEngine<Address, ConversationState, Row>({
      store: openArrayStore(data),
      nextDue: () => undefined,
      setAlarm: () => undefined,
    });
  let engine = load();
  const state = () => engine.state();
  const log = () => openArrayStore(data).rows(0, Number.POSITIVE_INFINITY);
  let messages = 0;
  let carriers = 0;

  const context = (): TransitionContext => ({ rules, now, random: random(), unconfirmedRetries, keepsPictures });
  // Each call acts as another lease holder.
  const holder = (): string => {
    carriers += 1;
    return `carrier ${carriers}`;
  };
  function step<T extends { readonly state: ConversationState; readonly lease?: Lease }>(
    change: (state: ConversationState, writer: RowWriter) => T,
  ): T {
    const transition = (before: ConversationState, writer: RowWriter) => {
      const value = change(before, writer);
      return { state: value.state, ...(value.lease !== undefined && { lease: value.lease }), value };
    };
    const value = engine.transact(ADDRESS, now, (before) => runTransition(before, context(), transition));
    // Simulates an eviction: everything that was not stored is lost.
    engine = load();
    return value;
  }
  function push(
    inbound: InboundEvent,
    candidates: readonly Candidate[] | null,
    more: Pick<ClassifiedEvent, "contextVerdict" | "replyContext"> = {},
  ): { acknowledgement: string; lease?: Lease } {
    return step((current, writer) => {
      const input = {
        key: `m:${messages}`,
        event: inbound,
        classification: classify(inbound),
        candidates,
        ...more,
      };
      const received = applyEvent(current, writer, input, context());
      return { ...leaseNext(received.state, writer, context(), holder()), acknowledgement: received.acknowledgement };
    });
  }

  return {
    now: () => now,
    state,
    log,
    /** Returns the entry text of the newest enter event, and the result of its verification. */
    entered() {
      const { entered } = state();
      return entered && { text: openArrayStore(data).entryText(entered.seq), verdict: entered.verdict };
    },
    window: () => replyWindow(state(), rules, now),
    rows: <K extends RowKind>(kind: K) => log().filter((row): row is Extract<Row, { kind: K }> => row.kind === kind),
    pass(ms: number) {
      now += ms;
    },
    /** Stores a text of the user. */
    says(candidates: readonly Candidate[] | null, at = now, replyContext?: string) {
      messages += 1;
      return push(
        { event: "message", type: "text", name: "text", id: String(messages), content: "你好", createdAt: at },
        candidates,
        replyContext === undefined ? {} : { replyContext },
      );
    },
    /** Stores a picture of the user. */
    shows(mediaId: string) {
      messages += 1;
      const picture = { type: "image", name: "image", mediaId, url: "https://example.com/p" } as const;
      return push({ event: "message", id: String(messages), createdAt: now, ...picture }, []);
    },
    /** Stores an enter event: the user opens the chat. */
    enters(candidates: readonly Candidate[] | null, at = now, entryText = "shop", verdict?: TokenVerdict) {
      messages += 1;
      return push(
        { event: "action", type: "enter", name: "user_enter_tempsession", entryText, createdAt: at },
        candidates,
        verdict === undefined ? {} : { contextVerdict: verdict },
      );
    },
    /** Submits a message, as the API does. */
    submits(message: Outbound, options: { hold?: boolean; isAi?: boolean; muteMs?: number } = {}) {
      messages += 1;
      const { hold = false, isAi = false, muteMs = 0 } = options;
      const input = { key: `k:${messages}`, request: "r", message, hold, isAi, muteMs };
      return step((current, writer): SubmitStep => {
        const submitted = acceptMessage(current, writer, input, context());
        if (!submitted.ok) return { state: current, ok: false, reason: submitted.reason };
        return { ...leaseNext(submitted.state, writer, context(), holder()), ok: true, message: submitted.message };
      });
    },
    /** Records the outcome of an attempt, and leases the next one unless the holder has no time left. */
    settles(lease: Lease, outcome: AttemptOutcome, wantNext = true, isRecorded = false): Lease | undefined {
      return step((current, writer) => {
        const attempt = { seq: lease.seq, attempt: lease.attempt, outcome };
        const settled = settleAttempt(current, writer, attempt, context(), () => isRecorded);
        return wantNext ? leaseNext(settled, writer, context(), lease.holder) : { state: settled };
      }).lease;
    },
    /** Runs the alarm. */
    wakes: (): Lease | undefined => step((current, writer) => runDue(current, writer, context(), holder())).lease,
    status: (seq: number) => foldMessageProgress(seq, log(), state()),
  };
}

export const TIMEOUT: AttemptOutcome = { result: "unconfirmed", reason: "timeout" };

/** Returns the value; fails the test with the name of a missing one. */
export function must<T>(value: T | undefined | null, what = "value"): T {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}
