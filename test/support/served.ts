/**
 * A conversation whose user is served by agents of the desk, on any store. The object is evicted after every step. The
 * test moves the clock and may choose the ids of commands; all other ids and the lease holders are numbered in order.
 */
import type { Address } from "../../shared/message/address.ts";
import { miniProgramAddress } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import { businessMs } from "../../worker/automation/core/business-hours.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { loadConversation } from "../../worker/conversation/conversation.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import type { Row, RowKind } from "../../worker/conversation/core/rows.ts";
import type { CommandAction, SessionChange } from "../../worker/conversation/core/session/apply.ts";
import type { DeskTerms } from "../../worker/conversation/core/session/service.ts";
import type { ClassifiedEvent, SendRequest } from "../../worker/conversation/core/transitions.ts";
import type { News, SessionCode } from "../../worker/conversation/deps.ts";
import { readReceived, type LeasedMessage } from "../../worker/conversation/rpc.ts";
import { readChange, readSnapshot, recordSeen, runCommand } from "../../worker/conversation/session/command.ts";
import { createService } from "../../worker/conversation/session/create-service.ts";
import type { CommandAnswer } from "../../worker/conversation/session/rpc.ts";
import type { ConversationStore } from "../../worker/conversation/storage/log-store.ts";
import { openArrayStore, type ArrayData } from "./array-store.ts";
import { must, T0, text } from "./conversation.ts";
import { RULES } from "./rules.ts";

const DAY = 86_400_000;
const ADDRESS: Address = miniProgramAddress("wx0123456789abcdef", "oServed");
const CODE: SessionCode = { serve: (desk) => createService(desk, businessMs) };

/** The desk's terms with opening hours that never end. */
export const OPEN: DeskTerms = { isOpen: true };

/** Options of the user's message. */
interface Saying {
  /** When the user wrote it, epoch ms. */
  readonly at?: number;
  /** The settings' terms; null: the platform's own agents serve; "unknown": the settings could not be read. */
  readonly desk?: DeskTerms | null | "unknown";
  /** Another server answers the push, so automation does not. */
  readonly isForwarded?: true;
}

/** Options of a command. */
interface Commanding {
  readonly id?: string;
  readonly log?: string;
  /** The agent who issues it. */
  readonly by?: string;
}

/** Creates a conversation on a store, by default an array, with the rules of a channel. */
export function createServed(open: () => ConversationStore = arrayStorage(), rules = RULES) {
  let now = T0;
  let count = 0;
  const news: News[] = [];
  const load = () =>
    loadConversation({
      objectId: "cd".repeat(32),
      store: open(),
      config: () => ({ retentionMs: 180 * DAY, unconfirmedRetries: 1 }),
      rulesOf: () => rules,
      movable: ({ consumers }) => consumers,
      sessionCode: () => CODE,
      onNews: (each) => void news.push(each),
      setAlarm: () => undefined,
      clock: () => now,
      random: () => 0.5,
    });
  let conversation = load();
  /** Runs one step, then evicts the object: everything that was not stored is lost. */
  function step<T>(run: (loaded: ReturnType<typeof load>) => T): T {
    const value = run(conversation);
    conversation = load();
    return value;
  }
  const next = (prefix: string): string => {
    count += 1;
    return `${prefix}${count}`;
  };
  const log = (): readonly Row[] => open().rows(0, 100_000);
  const commands = (action: CommandAction, { id = next("command-"), log: named, by }: Commanding = {}) =>
    step((loaded) => {
      const input = { id, log: named ?? must(loaded.store.log(), "log"), action, desk: OPEN };
      return runCommand(loaded, by === undefined ? input : { ...input, by: { type: "agent", id: by } }, next("desk-"));
    });
  const state = () => conversation.state();
  /**
   * Returns log, session and version for a command on the open session, or on the last closed one when none is open.
   */
  const named = () => {
    const { open: session, closed, version } = must(state().sessions, "session");
    return { session: session?.seq ?? closed?.seq ?? 0, version };
  };

  return {
    now: () => now,
    pass(ms: number) {
      now += ms;
    },
    state,
    log,
    rows: <K extends RowKind>(kind: K) => log().filter((row): row is Extract<Row, { kind: K }> => row.kind === kind),
    named,
    snapshot: () => step((loaded) => readSnapshot(loaded)),
    /** Stores a message of the user; returns the lease of the answer, if there is one. */
    says(candidates: readonly Candidate[] | null, content = "你好", { at = now, desk = OPEN, ...more }: Saying = {}) {
      const id = next("");
      const inbound = {
        event: "message",
        type: "text",
        name: "text",
        id,
        content,
        createdAt: at,
      } as const;
      const known = desk === "unknown" ? {} : { consumers: [], settingsVersion: 1, ...(desk && { desk }) };
      const basic = { key: `m:${id}`, event: inbound, classification: classify(inbound), candidates };
      const push: ClassifiedEvent = { ...basic, ...known, ...more };
      return step((loaded) => readReceived(loaded.receive(ADDRESS, push, next("push-"))));
    },
    /** Stores an enter event of the user. */
    enters() {
      const id = next("");
      const inbound = { event: "action", type: "enter", name: "enter", entryText: "", createdAt: now } as const;
      const push = { key: `e:${id}`, event: inbound, classification: classify(inbound), candidates: [], desk: OPEN };
      return step((loaded) => readReceived(loaded.receive(ADDRESS, push, next("push-"))));
    },
    /** Submits a text, as the API does. */
    submits(content: string, more: Partial<SendRequest> = {}) {
      const input = {
        key: next("k:"),
        request: "r",
        message: text(content),
        isAi: false,
        hold: false,
        muteMs: 0,
        ...more,
      };
      return step((loaded) => loaded.submit(ADDRESS, input, next("api-")));
    },
    /** Records the outcome of an attempt; returns the next lease. */
    settles: ({ seq, attempt, holder }: LeasedMessage, outcome: AttemptOutcome, mayGoOn = true) =>
      step((loaded) => loaded.settle(seq, attempt, outcome, mayGoOn ? holder : null, OPEN)),
    /** Runs the alarm. */
    wakes: () => step((loaded) => loaded.leaseDue(ADDRESS, next("alarm-"), OPEN)),
    commands,
    /** Changes the current session by a command. */
    changes: (change: SessionChange & { readonly text?: string }, commanding: Commanding = {}) =>
      commands({ ...change, ...named() }, commanding),
    /** Submits a reply of an agent. */
    replies: (
      agent: string,
      content: string,
      more: { readonly hold?: boolean; readonly seenSeq?: number } = {},
      id?: string,
    ) =>
      commands(
        { type: "reply", agent, message: text(content), request: content, hold: false, ...more },
        id === undefined ? {} : { id },
      ),
    seen: (session: number, seq: number, named?: string) =>
      step((loaded) => recordSeen(loaded, { log: named ?? must(loaded.store.log()), session, seq })),
    change: (log: string, command: string) => step((loaded) => readChange(loaded, log, command)),
    /** Returns the id of the log; undefined while there is none. */
    logId: () => open().log(),
    /** Returns when the records since the last call are reported to the desk. */
    news: (): readonly News[] => news.splice(0),
  };
}

function arrayStorage(): () => ConversationStore {
  const data: ArrayData = { records: [] };
  return () => openArrayStore(data);
}

/** A conversation under test. */
export type Served = ReturnType<typeof createServed>;

/** Returns the reason for refusing a command; undefined when it was accepted. */
export function refusalOf(answer: CommandAnswer) {
  return answer.ok ? undefined : answer.refusal;
}

/** Returns the attempt that a command leased. */
export function leaseIn(answer: CommandAnswer): LeasedMessage {
  return must(answer.ok ? answer.lease : undefined, "lease");
}
