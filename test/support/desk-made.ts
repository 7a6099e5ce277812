/** Reports of conversations for tests of pages, without a real conversation. */
import type { RowJson } from "../../shared/api/rows.ts";
import type { OpenSession } from "../../worker/conversation/core/session/session.ts";
import { addUserMessage, emptySums } from "../../worker/conversation/core/session/sums.ts";
import type { ConversationReport } from "../../worker/desk/rpc.ts";

const ACCOUNT = "mini-program:wx0123456789abcdef";

/** A conversation whose rows the test writes. */
export class MadeConversation {
  readonly id: string;
  generation = 1;
  version = 0;
  rows: RowJson[] = [];
  open: OpenSession | null = null;
  /** The seq of the newest reported row. */
  #reported = 0;

  constructor(number: number) {
    this.id = number.toString(16).padStart(64, "0");
  }

  get log(): string {
    return `${this.generation.toString(36)}-0123abcd`;
  }

  /** Adds a message of the user. */
  says(content: string, now: number): void {
    const seq = this.rows.length + 1;
    const at = new Date(now).toISOString();
    this.rows.push({
      seq,
      at,
      kind: "in",
      ref: null,
      by: { type: "user" },
      facts: { event: "message", type: "text" },
      content: {
        event: "message",
        id: `m${seq}`,
        name: "text",
        createdAt: at,
        type: "text",
        content,
        fields: { raw: content },
      },
    });
    if (this.open === null) return;
    const { unread, sums } = this.open;
    this.open = { ...this.open, lastUserSeq: seq, unread: unread + 1, sums: addUserMessage(sums, now) };
  }

  /** Changes the state of the session. */
  becomes(status: "queued" | "serving" | "closed", now: number, team: string | null = null, assignee = ""): void {
    this.version += 1;
    const seq = this.rows.length + 1;
    const at = new Date(now).toISOString();
    const facts = {
      action: status === "closed" ? "closed" : "queued",
      session: seq,
      version: this.version,
      status,
    } as const;
    this.rows.push({ seq, at, kind: "session", ref: null, by: { type: "system" }, facts, content: null });
    const head = {
      seq: this.open?.seq ?? seq,
      reopenedFrom: null,
      team,
      lastUserSeq: seq,
      waitingSince: now,
      unread: 0,
      transfers: 0,
      transferTeams: [],
      sums: emptySums(now),
    };
    if (status === "closed") this.open = null;
    else if (status === "queued") this.open = { ...head, status, queuedAt: now, since: now, isOffline: false };
    else this.open = { ...head, status, assignee, queuedAt: now, parkedUntil: null };
  }

  /** Erases the user, who then writes again. */
  erased(): void {
    this.generation += 1;
    this.rows = [];
    this.open = null;
    this.#reported = 0;
  }

  /**
   * Returns a report of the rows since the last one.
   *
   * @param again the number of reported rows that are included again
   */
  report(again = 0): ConversationReport {
    const from = Math.max(0, this.#reported - again);
    this.#reported = this.rows.length;
    const window = { status: "open", grant: "message", remaining: 5, expiresAt: null, doubtful: false } as const;
    const session = { version: this.version, open: this.open, closed: null };
    const snapshot = { log: this.log, to: this.rows.length, session, window, windowUntil: null };
    return { snapshot, contact: { account: ACCOUNT, tail: "7f3a" }, from, rows: this.rows.slice(from) };
  }
}
