/** The page's copy of the desk: the server's lists and one open conversation. Pure data. */
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { Counts } from "../../shared/api/desk/row.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";

/** The conversation that is shown: its rows, without gaps. */
export interface OpenLog {
  readonly conversation: string;
  /** The log that the rows belong to; null until the first page has been read. */
  readonly log: string | null;
  /** Ascending by seq. */
  readonly rows: readonly RowJson[];
  /** The seq up to which the rows are complete. */
  readonly to: number;
  readonly hasOlder: boolean;
  /**
   * `loading`: the newest rows are being read; `gap`: rows after `to` are missing; `failed`: they could not be read;
   * `erased`: the conversation was erased, and its rows are gone from the page.
   */
  readonly status: "loading" | "ready" | "gap" | "failed" | "erased";
  /** The first row that was unread when the conversation was opened; null: none; undefined: not determined yet. */
  readonly newFrom: number | null | undefined;
  /** The ids of other agents who have it open, and of those who are typing. */
  readonly viewing: readonly string[];
  readonly typing: readonly string[];
}

/** The lists, the colleagues and the open conversation. */
export interface DeskState {
  readonly you: AgentJson | null;
  readonly people: readonly AgentJson[];
  /** The instance of the desk that sent the lists; null: no list was received yet. */
  readonly epoch: string | null;
  readonly rev: number;
  /** Whether a frame did not follow the known revision, so complete lists are needed. */
  readonly isStale: boolean;
  /** The listed sessions, by conversation. */
  readonly rows: ReadonlyMap<string, ShownDeskRow>;
  readonly counts: Counts;
  /** Conversations that were given to the agent and not opened yet (`arrivals.ts`). */
  readonly arrived: ReadonlySet<string>;
  readonly open: OpenLog | null;
  /** The server's clock minus the page's, milliseconds. */
  readonly offsetMs: number;
}

/** The state before the first frame. */
export const EMPTY_DESK: DeskState = {
  you: null,
  people: [],
  epoch: null,
  rev: 0,
  isStale: false,
  rows: new Map(),
  counts: {},
  arrived: new Set(),
  open: null,
  offsetMs: 0,
};

/** Returns a conversation that has no rows yet. */
export function openLog(conversation: string): OpenLog {
  return {
    conversation,
    log: null,
    rows: [],
    to: 0,
    hasOlder: false,
    status: "loading",
    newFrom: undefined,
    viewing: [],
    typing: [],
  };
}
