/** The lists returned to callers: rows with user, reply window, newest message and the caller's draft. */
import { may, type Ownership } from "../../shared/api/desk/rights.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { isoTime, type WindowJson } from "../../shared/api/schemas.ts";
import { foldName } from "../../shared/text/fold-name.ts";
import type { WindowStatus } from "../conversation/core/window.ts";
import { API_ACTOR, findActor } from "./core/agent.ts";
import { ownershipOf, type DeskSession } from "./core/entry.ts";
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
import type { DeskList, DeskListQuery } from "./rpc.ts";
import type { DeskRunner } from "./runner.ts";

const CLOSED: WindowStatus = { status: "closed", grant: null, remaining: 0, expiresAt: null, doubtful: false };

/** The methods that return lists and their rows. */
export interface DeskLists {
  readonly list: (agent: string | null, query: DeskListQuery) => DeskList;
  /** Returns an open session; null: none is open, or the caller may not see it. */
  readonly session: (agent: string | null, conversation: string) => DeskRow | null;
  /**
   * Returns whether an agent may see a conversation.
   *
   * @param otherwise the ownership of its newest session, which decides when the desk has no open one; absent: unknown,
   *   then any agent may. Rows may be shown only when it is known
   */
  readonly maySee: (agent: string, conversation: string, otherwise?: Ownership) => boolean;
  /** Adds the user, the reply window, the newest message and the caller's draft to a row of a list. */
  readonly toRow: (agent: string | null, row: ListRow) => DeskRow;
}

/** Creates the methods that return lists and their rows. */
export function createDeskLists(
  { desk, detailsOf }: Pick<DeskRunner, "desk" | "detailsOf">,
  { texts, drafts, now }: { readonly texts: LineTexts; readonly drafts: Drafts; readonly now: () => number },
): DeskLists {
  const { agents, entries } = desk.tables;
  const contactOf = (conversation: string): DeskRow["contact"] => {
    const { account = "", tail = "" } = detailsOf(conversation)?.contact ?? {};
    return { account, tail, name: null };
  };
  const toRow = (agent: string | null, { conversation, log, version, session, offer }: ListRow): DeskRow => {
    const details = detailsOf(conversation);
    return {
      conversation,
      log,
      version,
      session: toSessionJson(session),
      window: toShownWindow(details?.window ?? CLOSED, now()),
      contact: contactOf(conversation),
      line: details?.line ? texts.open(conversation, details.line) : null,
      offer: offer && { ...offer, expiresAt: isoTime(offer.expiresAt) },
      replyFailed: details?.reply?.isFailed ?? false,
      draft: agent !== null && drafts.has(agent, conversation),
    };
  };
  const maySee = (agent: string | null, conversation: string, otherwise?: Ownership): boolean => {
    const id = agent ?? API_ACTOR;
    const actor = findActor(agents.values, id);
    const entry = entries.values.get(conversation);
    const owner = entry === undefined ? otherwise : ownershipOf(entry);
    return actor !== undefined && (owner === undefined || may(id, actor, "see", owner));
  };
  return {
    toRow,
    maySee,
    list(agent, { view, order, limit, after, q }) {
      const id = agent ?? API_ACTOR;
      const place = after === undefined ? undefined : readPlace(after);
      const matches = q === undefined ? undefined : matcherOf(q, contactOf);
      // One more row is read to find out whether there is a next page.
      const found = listView(desk, id, { view, order, limit: limit + 1, after: place, matches }, now());
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

/** Creates the test whether the name or tail of a conversation's user contains a text, in any width and case. */
function matcherOf(q: string, contactOf: (conversation: string) => DeskRow["contact"]) {
  const wanted = foldName(q);
  return (conversation: string): boolean => {
    const { tail, name } = contactOf(conversation);
    return foldName(tail).includes(wanted) || (name !== null && foldName(name).includes(wanted));
  };
}

function toSessionJson(session: DeskSession): DeskRow["session"] {
  const { seq, status, team, unread, lastUserSeq, waitingSince, lastMessageAt } = session;
  const { parkedUntil } = session.status === "serving" ? session : { parkedUntil: null };
  const { since, isOffline } = session.status === "queued" ? session : { since: null, isOffline: false };
  return {
    seq,
    status,
    team,
    assignee: session.status === "serving" ? session.assignee : null,
    unread,
    lastUserSeq,
    waitingSince: isoOrNull(waitingSince),
    lastMessageAt: isoTime(lastMessageAt),
    queuedAt: session.status === "bot" ? null : isoTime(session.queuedAt),
    since: isoOrNull(since),
    isOffline,
    parkedUntil: isoOrNull(parkedUntil),
  };
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}

/** Returns the window for the API; it is closed if it has ended since it was reported. */
function toShownWindow(window: WindowStatus, now: number): WindowJson {
  const { status, grant, remaining, expiresAt, doubtful } = window;
  if (expiresAt === null) return { status, grant, remaining, expiresAt, doubtful };
  if (expiresAt <= now) return { ...CLOSED, doubtful, expiresAt: null };
  return { status, grant, remaining, expiresAt: isoTime(expiresAt), doubtful };
}

function writePlace({ key, conversation }: ListPlace): string {
  return `${key}~${conversation}`;
}

/** Returns the place in a list that a cursor names; undefined for an invalid cursor. */
function readPlace(text: string): ListPlace | undefined {
  const at = text.indexOf("~");
  const key = Number(text.slice(0, at));
  return at < 1 || Number.isNaN(key) ? undefined : { key, conversation: text.slice(at + 1) };
}
