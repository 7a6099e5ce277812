/**
 * The state of the desk: what is stored (agents, open sessions, commands under way, erase tombstones) and what a restart
 * may lose. A decision changes a draft; its rows are stored and then taken over in one turn. Pure.
 */
import type { Agent } from "./agent.ts";
import type { DeskCommand, GivingCommand } from "./command.ts";
import type { Entry, Position } from "./entry.ts";
import { commitTable, createTable, draftTable, type Table, type TableDraft } from "./table.ts";

/** Capacity of an agent that is spoken for, by the id of the command (DESK_PROTOCOL rule 8). */
export type Reservation =
  /** The agent is asked; it expires. */
  | { readonly phase: "offered"; readonly conversation: string; readonly command: GivingCommand; expiresAt: number }
  /** The conversation is asked; freed by its answer, a newer version or the erasure alone. */
  | { readonly phase: "asking"; readonly conversation: string; readonly command: GivingCommand };

/** The erased generations of a conversation. */
export interface Tombstone {
  /** This one and all before it. */
  readonly generation: number;
  /** Epoch ms. */
  readonly at: number;
}

/** How far a conversation without an open session is known. */
export interface Known extends Position {
  /** Since when, epoch ms. */
  readonly at: number;
}

/** A socket of an agent's page. */
export interface Socket {
  readonly agent: string;
  /** The last sign of life, epoch ms. */
  readonly seenAt: number;
}

/** What is stored and remembered, by table. */
export interface Tables {
  /** By agent id. Stored. */
  readonly agents: Agent;
  /** Open sessions, by conversation id. Stored, but for those that automation serves. */
  readonly entries: Entry;
  /** By command id. Stored before the call. */
  readonly reservations: Reservation;
  /** By conversation id. Stored. */
  readonly tombstones: Tombstone;
  /** By conversation id. */
  readonly known: Known;
  readonly sockets: Socket;
  /**
   * Until when an agent without a socket keeps the sessions, epoch ms, by agent id. Stored: an object that is evicted while
   * nothing happens would otherwise begin the grace anew with each alarm.
   */
  readonly graces: number;
  /** The turn in which an agent was assigned a session last, by agent id. Stored, so that an eviction does not begin the round again. */
  readonly turns: number;
  /** Before when a command is not asked again, epoch ms, by command id. */
  readonly asked: number;
  /** The revision in which a conversation changed last, by conversation id. */
  readonly revs: number;
}

type TableName = keyof Tables;

/** Single values in memory. */
export interface Counters {
  /** Epoch ms. */
  readonly loadedAt: number;
  /** Names one construction of the desk. */
  readonly epoch: string;
  readonly rev: number;
  /** The newest revision that deltas no longer know completely. */
  readonly floor: number;
  readonly turn: number;
  /** When the alarm is set for, epoch ms; Infinity: it is not. */
  readonly armedAt: number;
  /** When the sockets were examined last, epoch ms. */
  readonly examinedAt: number;
}

/** The desk. Only `commit` changes it. */
export interface Desk {
  readonly tables: { readonly [K in TableName]: Table<Tables[K]> };
  counters: Counters;
}

/** What the team decides. */
export interface DeskSettings {
  /** How long an offer waits for the agent, milliseconds; 0: sessions are assigned without an offer. */
  readonly offerMs: number;
  /** After this number of missed offers a session waits for an agent who takes it. */
  readonly maxMissedOffers: number;
  /** From the last message to the warning and to closing, milliseconds; null: never. */
  readonly idleWarningMs: number | null;
  readonly idleCloseMs: number | null;
}

/** The input of every decision. */
export interface DeskContext {
  /** Epoch ms. */
  readonly now: number;
  readonly settings: DeskSettings;
}

/** The state as a decision sees and changes it. */
export type Draft = { readonly [K in TableName]: TableDraft<Tables[K]> } & {
  readonly context: DeskContext;
  counters: Counters;
  /** Every session is examined, not only those that changed. */
  isWhole: boolean;
  /** When the alarm is set for before the decision, epoch ms; Infinity: it is not, or it has just fired. */
  armedBefore: number;
  readonly asks: { readonly conversation: string; readonly command: DeskCommand }[];
  readonly closedSockets: string[];
};

/** One stored row. */
export type StoredRow = { readonly [K in StoredName]: { table: K; key: string; value: Tables[K] } }[StoredName];
/** The tables with stored rows. */
export type StoredName = "agents" | "entries" | "reservations" | "tombstones" | "graces" | "turns";

/** The desk as its stored rows say. */
export function loadDesk(rows: Iterable<StoredRow>, { now, epoch }: { now: number; epoch: string }): Desk {
  const desk: Desk = {
    tables: {
      agents: createTable(),
      entries: createTable(({ session }) => bucketOf(session)),
      reservations: createTable(({ conversation }) => conversation),
      tombstones: createTable(),
      known: createTable(),
      sockets: createTable(({ agent }) => agent),
      graces: createTable(),
      turns: createTable(),
      asked: createTable(),
      revs: createTable(),
    },
    counters: { loadedAt: now, epoch, rev: now, floor: 0, turn: 0, armedAt: Infinity, examinedAt: now },
  };
  for (const { table, key, value } of rows)
    commitTable<unknown>(desk.tables[table] as Table<unknown>, new Map([[key, value]]));
  const turn = Math.max(0, ...desk.tables.turns.values.values());
  desk.counters = { ...desk.counters, turn };
  return desk;
}

/** The bucket of the sessions that wait for an agent. */
export const QUEUED = "queued";

/** The bucket of the sessions that an agent serves. */
export function servedBy(agent: string): string {
  return `agent:${agent}`;
}

function bucketOf(session: Entry["session"]): string | null {
  if (session.status === "bot") return null;
  return session.status === "queued" ? QUEUED : servedBy(session.assignee);
}

/** A draft without changes. */
export function openDraft({ tables, counters }: Desk, context: DeskContext): Draft {
  return {
    agents: draftTable(tables.agents),
    entries: draftTable(tables.entries),
    reservations: draftTable(tables.reservations),
    tombstones: draftTable(tables.tombstones),
    known: draftTable(tables.known),
    sockets: draftTable(tables.sockets),
    graces: draftTable(tables.graces),
    turns: draftTable(tables.turns),
    asked: draftTable(tables.asked),
    revs: draftTable(tables.revs),
    context,
    counters,
    isWhole: false,
    armedBefore: counters.armedAt,
    asks: [],
    closedSockets: [],
  };
}

/** Takes the changes of a draft over, after its rows are stored. */
export function commit(desk: Desk, draft: Draft): void {
  const { tables } = desk;
  for (const name of Object.keys(tables) as TableName[])
    commitTable<unknown>(tables[name] as Table<unknown>, draft[name].changes);
  desk.counters = draft.counters;
}
