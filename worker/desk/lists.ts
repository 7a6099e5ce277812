/** The lists as callers get them: rows with user, reply window, newest message and the caller's draft. */
import { isoTime, type WindowJson } from "../../shared/api/schemas.ts";
import type { WindowStatus } from "../conversation/core/window.ts";
import { API_ACTOR, findActor, may } from "./core/agent.ts";
import { ownershipOf } from "./core/entry.ts";
import {
  countViews,
  listView,
  placeOf,
  tallySessions,
  toListRow,
  VIEW_NAMES,
  type ListPlace,
  type ListRow,
} from "./core/views.ts";
import type { LineTexts } from "./details.ts";
import type { Drafts } from "./drafts.ts";
import type { DeskList, DeskListQuery, DeskRow } from "./rpc.ts";
import type { DeskRunner } from "./runner.ts";

const CLOSED: WindowStatus = { status: "closed", grant: null, remaining: 0, expiresAt: null, doubtful: false };

/** The lists of the desk. */
export interface DeskLists {
  readonly list: (agent: string | null, query: DeskListQuery) => DeskList;
  /** Returns an open session; null: none is open, or the caller may not see it. */
  readonly session: (agent: string | null, conversation: string) => DeskRow | null;
  /** Returns whether an agent may see a conversation; without an open session any agent may. */
  readonly maySee: (agent: string, conversation: string) => boolean;
  /** Completes a row of the core, for one caller. */
  readonly toRow: (agent: string | null, row: ListRow) => DeskRow;
}

/** Creates the lists. */
export function createDeskLists(
  { desk, detailsOf }: Pick<DeskRunner, "desk" | "detailsOf">,
  { texts, drafts, now }: { readonly texts: LineTexts; readonly drafts: Drafts; readonly now: () => number },
): DeskLists {
  const { agents, entries } = desk.tables;
  const toRow = (agent: string | null, { windowUntil: _end, ...row }: ListRow): DeskRow => {
    const { conversation } = row;
    const details = detailsOf(conversation);
    const { account = "", tail = "" } = details?.contact ?? {};
    return {
      ...row,
      window: toShownWindow(details?.window ?? CLOSED, now()),
      contact: { account, tail, name: null },
      line: details?.line ? texts.open(conversation, details.line) : null,
      draft: agent !== null && drafts.has(agent, conversation),
    };
  };
  const maySee = (agent: string | null, conversation: string): boolean => {
    const id = agent ?? API_ACTOR;
    const actor = findActor(agents.values, id);
    const entry = entries.values.get(conversation);
    return actor !== undefined && (entry === undefined || may(id, actor, "see", ownershipOf(entry)));
  };
  return {
    toRow,
    maySee,
    list(agent, { view, order, limit, after }) {
      const id = agent ?? API_ACTOR;
      const place = after === undefined ? undefined : readPlace(after);
      // One row more shows whether there is a next page.
      const found = listView(desk, id, { view, order, limit: limit + 1, after: place }, now());
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const { rev, epoch } = desk.counters;
      return {
        rows: rows.map((row) => toRow(agent, row)),
        next: found.length > limit && last !== undefined ? writePlace(placeOf(order, last)) : null,
        counts: countViews(desk, id, VIEW_NAMES, tallySessions(desk, now())),
        rev,
        epoch,
      };
    },
    session(agent, conversation) {
      const entry = entries.values.get(conversation);
      if (entry === undefined || !maySee(agent, conversation)) return null;
      return toRow(agent, toListRow(desk.tables, conversation, entry));
    },
  };
}

/** Converts the window; its time may have passed since it was reported. */
function toShownWindow(window: WindowStatus, now: number): WindowJson {
  const { status, grant, remaining, expiresAt, doubtful } = window;
  if (expiresAt === null) return { status, grant, remaining, expiresAt, doubtful };
  if (expiresAt <= now) return { ...CLOSED, doubtful, expiresAt: null };
  return { status, grant, remaining, expiresAt: isoTime(expiresAt), doubtful };
}

function writePlace({ key, conversation }: ListPlace): string {
  return `${key}~${conversation}`;
}

/** Returns undefined for a text that is no cursor. */
function readPlace(text: string): ListPlace | undefined {
  const at = text.indexOf("~");
  const key = Number(text.slice(0, at));
  return at < 1 || Number.isNaN(key) ? undefined : { key, conversation: text.slice(at + 1) };
}
