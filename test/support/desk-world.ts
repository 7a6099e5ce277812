/**
 * Conversations, a desk with stored rows, and a network between them that delays, loses, repeats and reorders calls.
 * Both ends can be restarted between any two steps.
 */
import { generationOf } from "../../worker/conversation/core/log-id.ts";
import type { Agent } from "../../worker/desk/core/agent.ts";
import type { Answer, DeskCommand } from "../../worker/desk/core/command.ts";
import { transact, type Effect } from "../../worker/desk/core/desk.ts";
import type { Snapshot } from "../../worker/desk/core/entry.ts";
import { openSocket, runAlarm, saveAgent, wake } from "../../worker/desk/core/presence.ts";
import { authorizeReply, requestTake, type AgentRequest } from "../../worker/desk/core/requests.ts";
import { applyAnswer, applyErasure, applyNotification, KNOWN_MS } from "../../worker/desk/core/snapshot.ts";
import {
  loadDesk,
  type Desk,
  type DeskSettings,
  type Draft,
  type Socket,
  type StoredRow,
} from "../../worker/desk/core/state.ts";
import { createConversation, type Conversation } from "./desk-conversation.ts";
import { T0 } from "./sessions.ts";

/** A call in flight, or its answer. */
export type Message = { readonly conversation: string; readonly sentAt: number } & (
  | { readonly type: "notification"; readonly snapshot: Snapshot }
  | { readonly type: "ack"; readonly log: string; readonly to: number }
  | { readonly type: "erasure" | "confirmation"; readonly generation: number }
  | { readonly type: "command"; readonly command: DeskCommand; readonly desk: number }
  | { readonly type: "answer"; readonly command: DeskCommand; readonly answer: Answer; readonly desk: number }
);

/** The position in a log that the desk has applied, and the number of the desk's construction that applied it. */
export interface Learned {
  readonly log: string;
  readonly to: number;
  readonly desk: number;
}

/** The point of a decision at which the desk is killed. */
export type Death = "before its rows are stored" | "before its calls are made";

/** No offers and no time limits. */
export const SETTINGS: DeskSettings = { offerMs: 0, maxMissedOffers: 2, idleWarningMs: null, idleCloseMs: null };

/** An agent who is online. */
export const AGENT: Agent = {
  name: "A",
  role: "agent",
  teams: [],
  capacity: 1,
  isSuspended: false,
  wanted: { state: "online", reason: null, since: T0 },
};

/** Creates a desk with these agents stored and no page open. */
export function createDeskWorld({
  agents = { a: AGENT, b: AGENT },
  conversations: ids = ["x", "y"],
  settings = SETTINGS,
}: {
  readonly agents?: Readonly<Record<string, Agent>>;
  readonly conversations?: readonly string[];
  readonly settings?: DeskSettings;
} = {}) {
  let now = T0;
  const clock = (): number => now;
  const conversations = new Map(ids.map((id) => [id, createConversation(id, clock)]));
  const acked = new Map<string, { readonly log: string; readonly to: number }>();
  const learned = new Map<string, Learned>();
  const rows = new Map<string, StoredRow>();
  let alarmAt = Infinity;
  let incarnation = 1;
  let desk: Desk = loadDesk([], { now, epoch: "1" });
  let net: Message[] = [];
  const effects: Effect[] = [];
  let watch: (effect: Effect) => void = () => {};

  const the = (id: string): Conversation => {
    const found = conversations.get(id);
    if (found === undefined) throw new Error(`no conversation ${id}`);
    return found;
  };
  const send = (message: Message): void => void net.push(message);
  const notify = (id: string): void => {
    const snapshot = the(id).snapshot();
    const last = acked.get(id);
    if (snapshot !== null && (last?.log !== snapshot.log || last.to < snapshot.to))
      send({ type: "notification", conversation: id, sentAt: now, snapshot });
    const note = the(id).note();
    if (note?.isPending === true)
      send({ type: "erasure", conversation: id, sentAt: now, generation: generationOf(note.log) });
  };

  /** Records that the desk has applied a call with this position, or knows a newer one, and has stored the result. */
  const learn = (id: string, { log, to }: Snapshot): void => {
    const last = learned.get(id);
    const isOlder =
      last !== undefined && (generationOf(log) < generationOf(last.log) || (log === last.log && to < last.to));
    if (!isOlder) learned.set(id, { log, to, desk: incarnation });
  };

  function decide<Value>(run: (draft: Draft) => Value, death?: Death): Value | undefined {
    const decision = transact(desk, { now, settingsOf: () => settings }, run);
    if (death === "before its rows are stored") {
      killDesk();
      return undefined;
    }
    for (const effect of decision.effects) {
      effects.push(effect);
      watch(effect);
      if (effect.type === "alarm") alarmAt = effect.at;
      if (effect.type === "store") rows.set(`${effect.row.table} ${effect.row.key}`, structuredClone(effect.row));
      if (effect.type === "delete") rows.delete(`${effect.table} ${effect.key}`);
    }
    decision.commit();
    if (death === "before its calls are made") {
      killDesk();
      return decision.value;
    }
    for (const effect of decision.effects)
      if (effect.type === "ask")
        send({
          type: "command",
          conversation: effect.conversation,
          sentAt: now,
          command: structuredClone(effect.command),
          desk: incarnation,
        });
    return decision.value;
  }

  /** Constructs the desk again from its rows. `sockets` stay connected, as after an eviction. */
  function killDesk(sockets: ReadonlyMap<string, Socket> = new Map()): void {
    incarnation += 1;
    desk = loadDesk(
      [...rows.values()].map((row) => structuredClone(row)),
      { now, epoch: String(incarnation) },
    );
    decide((draft) => wake(draft, sockets));
  }

  function deliver(message: Message, death?: Death): void {
    const { conversation: id } = message;
    // Every call ends within this time; a killed caller no longer waits for an answer.
    if (now - message.sentAt >= KNOWN_MS) return;
    switch (message.type) {
      case "notification": {
        const { snapshot } = message;
        decide((draft) => applyNotification(draft, id, snapshot), death);
        if (death !== undefined) return;
        learn(id, snapshot);
        send({ type: "ack", conversation: id, sentAt: now, log: snapshot.log, to: snapshot.to });
        return;
      }
      case "ack": {
        const last = acked.get(id);
        if (last?.log !== message.log || last.to < message.to) acked.set(id, { log: message.log, to: message.to });
        return;
      }
      case "erasure":
        decide((draft) => applyErasure(draft, id, message.generation), death);
        if (death === undefined)
          send({ type: "confirmation", conversation: id, sentAt: now, generation: message.generation });
        return;
      case "confirmation":
        the(id).confirm(message.generation);
        return;
      case "command": {
        const { command } = message;
        const answer = the(id).handle(command);
        send({ type: "answer", conversation: id, sentAt: now, command, answer, desk: message.desk });
        notify(id);
        return;
      }
      case "answer": {
        const { answer } = message;
        if (message.desk !== incarnation) return;
        decide((draft) => applyAnswer(draft, id, message.command, answer), death);
        if (death === undefined && answer.type !== "gone") learn(id, answer.snapshot);
      }
    }
  }

  /** Builds an agent's request as a page would: with the log, session and version from the desk's lists. */
  const named = (agent: string, conversation: string, id: string): AgentRequest => {
    const entry = desk.tables.entries.values.get(conversation);
    const { log = "0-0", version = 0 } = entry ?? {};
    return { id, agent, conversation, log, session: entry?.session.seq ?? 0, version };
  };

  for (const [id, agent] of Object.entries(agents)) decide((draft) => saveAgent(draft, id, agent));

  const world = {
    now: clock,
    the,
    ids,
    desk: () => desk,
    rows: (): readonly StoredRow[] => [...rows.values()],
    net: (): readonly Message[] => net,
    effects,
    alarmAt: () => alarmAt,
    incarnation: () => incarnation,
    /** Returns the newest state of a conversation that any call reported to the desk; undefined: none did. */
    learned: (id: string): Learned | undefined => learned.get(id),
    decide,
    killDesk,
    named,
    notify,
    onEffect: (observe: (effect: Effect) => void): void => {
      watch = observe;
    },
    pass: (ms: number): void => {
      now += ms;
    },
    /** Applies a change to a conversation, which then notifies the desk. */
    happens: (id: string, event: (conversation: Conversation) => void): void => {
      event(the(id));
      notify(id);
    },
    online: (agent: string): void => {
      decide((draft) => openSocket(draft, `page of ${agent}`, agent));
    },
    takes: (agent: string, id: string, key = `take ${agent} ${id} ${now}`) =>
      decide((draft) => requestTake(draft, named(agent, id, key))),
    /**
     * Sends a page's reply: the desk checks whether it is allowed, then the conversation handles it.
     *
     * @returns the outcome
     */
    replies: (agent: string, id: string, key: string, log = the(id).log()?.id ?? null): string => {
      const authorized = decide((draft) =>
        authorizeReply(draft, { agent, conversation: id }, { team: null, assignee: null }),
      );
      if (authorized === undefined) return "no answer";
      if (!authorized.ok) return authorized.error.reason;
      const outcome = the(id).reply(agent, { id: key, log });
      notify(id);
      return outcome;
    },
    /** Takes the messages out of the network that satisfy the condition. */
    takeOut: (isWanted: (message: Message) => boolean): readonly Message[] => {
      const out = net.filter(isWanted);
      net = net.filter((message) => !isWanted(message));
      return out;
    },
    deliver,
    /** Delivers everything in flight and what follows from it, in order; calls that have timed out are dropped. */
    deliverAll: (): void => {
      for (let next = net.shift(); next !== undefined; next = net.shift()) deliver(next);
    },
    /** Runs the desk's alarm when it is due; pages that are open have just sent a ping. */
    alarm: (death?: Death): void => {
      if (alarmAt > now) return;
      const firedAt = alarmAt;
      alarmAt = Infinity;
      const pings = new Map([...desk.tables.sockets.values.keys()].map((socket) => [socket, now]));
      decide((draft) => runAlarm(draft, pings), death);
      if (death !== undefined) alarmAt = Math.min(alarmAt, firedAt);
    },
    /** Runs everything that happens without further input, until nothing is left to do. */
    rest: (): void => {
      for (let round = 0; round < 100; round += 1) {
        world.deliverAll();
        for (const id of ids) {
          for (let sends = 0; sends < 20; sends += 1)
            world.happens(id, (conversation) => {
              conversation.attempts();
              conversation.settles(true);
            });
        }
        world.deliverAll();
        now += 15_000;
        const made = effects.length;
        world.alarm();
        const isQuiet = effects.slice(made).every(({ type }) => type !== "ask") && net.length === 0;
        const isPending = [...desk.tables.reservations.values.values()].some(({ phase }) => phase === "asking");
        if (isQuiet && !isPending && alarmAt > now) return;
      }
      throw new Error("the simulation still has work after 100 rounds");
    },
  };
  return world;
}

/** A desk with its conversations and the network between them. */
export type DeskWorld = ReturnType<typeof createDeskWorld>;
