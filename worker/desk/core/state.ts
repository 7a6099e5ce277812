/**
 * The state of the desk: the stored part (agents, open sessions, commands in progress, erase tombstones) and the part
 * that a restart may lose. A decision changes a draft; its rows are stored and the draft is applied in one event. Pure.
 */
import type { Agent } from "./agent.ts";
import type { DeskCommand, GivingCommand } from "./command.ts";
import type { Entry, Position } from "./entry.ts";
import { commitTable, createTable, draftTable, type Table, type TableDraft } from "./table.ts";

/** Reserved capacity of an agent, by the id of the command (DESK_PROTOCOL rule 8). */
export type Reservation =
  /** Offered to the agent until `expiresAt`, epoch ms. */
  | { readonly phase: "offered"; readonly conversation: string; readonly command: GivingCommand; expiresAt: number }
  /** The command was sent to the conversation; only the answer, a newer version or the erasure frees the capacity. */
  | { readonly phase: "asking"; readonly conversation: string; readonly command: GivingCommand };

/** The erased generations of a conversation. */
export interface Tombstone {
  /** This generation and all earlier ones are erased. */
  readonly generation: number;
  /** When the desk applied the erasure, epoch ms. */
  readonly at: number;
}

/** Returns the newest erased generation of a conversation; 0: none. */
export function erasedGeneration(
  tombstones: Pick<ReadonlyMap<string, Tombstone>, "get">,
  conversation: string,
): number {
  return tombstones.get(conversation)?.generation ?? 0;
}

/** The known position of a conversation without an open session. */
export interface Known extends Position {
  /** When the position was recorded, epoch ms. */
  readonly at: number;
}

/** A socket of an agent's page. */
export interface Socket {
  readonly agent: string;
  /** When the socket last sent a ping, epoch ms. */
  readonly seenAt: number;
}

/** The stored and cached values, by table. */
export interface Tables {
  /** The agents, by agent id. Stored. */
  readonly agents: Agent;
  /** Open sessions, by conversation id. Stored, except those that automation serves. */
  readonly entries: Entry;
  /** The reservations, by command id. Stored before the conversation is called. */
  readonly reservations: Reservation;
  /** The erased generations, by conversation id. Stored. */
  readonly tombstones: Tombstone;
  /** The log positions of conversations without an open session, by conversation id. */
  readonly known: Known;
  readonly sockets: Socket;
  /**
   * When the grace period of an agent without a socket ends, epoch ms, by agent id. Stored, because the grace period
   * would otherwise begin again each time the object is evicted.
   */
  readonly graces: number;
  /**
   * The number of the assignment in which an agent was last assigned a session, by agent id. Stored, so that the order
   * survives an eviction.
   */
  readonly turns: number;
  /** Before this time a command is not sent again, epoch ms, by command id. */
  readonly asked: number;
  /** The revision in which a conversation last changed, by conversation id. */
  readonly revs: number;
}

type TableName = keyof Tables;

/** Values of the desk that are kept in memory only. */
export interface Counters {
  /** When the desk was loaded, epoch ms. */
  readonly loadedAt: number;
  /** The id of this instance of the desk. */
  readonly epoch: string;
  readonly rev: number;
  /** The newest revision whose changes are no longer completely known. */
  readonly floor: number;
  readonly turn: number;
  /** The time the alarm is set for, epoch ms; Infinity: not set. */
  readonly armedAt: number;
  /** When the sockets were last examined, epoch ms. */
  readonly examinedAt: number;
  /** Up to this time revisions include changes of lists that time alone causes, epoch ms. */
  readonly listedAt: number;
}

/** The desk. Only `commit` changes it. */
export interface Desk {
  readonly tables: { readonly [K in TableName]: Table<Tables[K]> };
  counters: Counters;
}

/** The settings of the desk for the sessions of one account. */
export interface DeskSettings {
  /** How long an offer waits for the agent, milliseconds; 0: sessions are assigned without an offer. */
  readonly offerMs: number;
  /** The number of missed offers after which a session is no longer offered and waits until an agent takes it. */
  readonly maxMissedOffers: number;
  /** The time from the last message to the warning and to closing, milliseconds; null: never. */
  readonly idleWarningMs: number | null;
  readonly idleCloseMs: number | null;
}

/** The time and the settings that a decision uses. */
export interface DeskContext {
  /** The time of the decision, epoch ms. */
  readonly now: number;
  /** Returns the settings in force for the account of a conversation. */
  readonly settingsOf: (conversation: string) => DeskSettings;
}

/** The state that a decision reads and changes. */
export type Draft = { readonly [K in TableName]: TableDraft<Tables[K]> } & {
  readonly context: DeskContext;
  counters: Counters;
  /** Whether every session is examined, not only those that changed. */
  isWhole: boolean;
  /** The time the alarm was set for before the decision, epoch ms; Infinity: not set, or it has just fired. */
  armedBefore: number;
  readonly asks: { readonly conversation: string; readonly command: DeskCommand }[];
  readonly closedSockets: string[];
};

/** One stored row. */
export type StoredRow = { readonly [K in StoredName]: { table: K; key: string; value: Tables[K] } }[StoredName];
/** The tables with stored rows. */
export type StoredName = "agents" | "entries" | "reservations" | "tombstones" | "graces" | "turns";

/** Builds the desk from its stored rows. */
export function loadDesk(rows: Iterable<StoredRow>, { now, epoch }: { now: number; epoch: string }): Desk {
  const desk: Desk = {
    tables: {
      agents: createTable(),
      entries: createTable(({ session }) => bucketsOf(session)),
      reservations: createTable(({ conversation, command }) => [reservedIn(conversation), reservedFor(command.agent)]),
      tombstones: createTable(),
      known: createTable(),
      sockets: createTable(({ agent }) => [agent]),
      graces: createTable(),
      turns: createTable(),
      asked: createTable(),
      revs: createTable(),
    },
    counters: { loadedAt: now, epoch, rev: now, floor: 0, turn: 0, armedAt: Infinity, examinedAt: now, listedAt: now },
  };
  for (const { table, key, value } of rows)
    commitTable<unknown>(desk.tables[table] as Table<unknown>, new Map([[key, value]]));
  const turn = Math.max(0, ...desk.tables.turns.values.values());
  desk.counters = { ...desk.counters, turn };
  return desk;
}

/** Returns the key of the bucket of sessions that wait for an agent of a team; null: of no team. */
export function queueOf(team: string | null): string {
  return team === null ? "queue" : `queue:${team}`;
}

/** Returns the key of the bucket of sessions that an agent serves and that are not parked. */
export function servedBy(agent: string): string {
  return `agent:${agent}`;
}

/** Returns the key of the bucket of reservations of a conversation. */
export function reservedIn(conversation: string): string {
  return `conversation:${conversation}`;
}

/** Returns the key of the bucket of reservations of an agent. */
export function reservedFor(agent: string): string {
  return `agent:${agent}`;
}

function bucketsOf(session: Entry["session"]): readonly string[] {
  if (session.status === "queued") return [queueOf(session.team)];
  return session.status === "serving" && session.parkedUntil === null ? [servedBy(session.assignee)] : [];
}

/** Returns a draft without changes. */
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

/** Applies the changes of a draft, after its rows were stored. */
export function commit(desk: Desk, draft: Draft): void {
  const { tables } = desk;
  for (const name of Object.keys(tables) as TableName[])
    commitTable<unknown>(tables[name] as Table<unknown>, draft[name].changes);
  desk.counters = draft.counters;
}
