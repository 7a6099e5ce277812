/**
 * The checks of users whom agents serve, by promises 7 to 9 of docs/reference/promises.md: the emulator's records, the
 * worker's log of the user, what the agents asked for, the desk's lists and what their pages show. Pure.
 */
import type { Row } from "../../client/index.ts";
import type { PushOutcome } from "../../emulator/push-model.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import type { CommandBook, TextBook } from "./team.ts";

/** All records about one user. */
export interface ServedBooks {
  readonly openid: string;
  readonly pushes: readonly { readonly mark: string; readonly outcome: PushOutcome }[];
  /** The texts that WeChat accepted for the user, oldest first, and when, epoch ms. */
  readonly delivered: readonly { readonly text: string; readonly at: number }[];
  readonly commands: readonly CommandBook[];
  readonly replies: readonly TextBook[];
  readonly notes: readonly TextBook[];
  /** The worker's log. */
  readonly rows: readonly Row[];
  /** The session in the desk's list of all sessions; undefined when the list does not contain it. */
  readonly listed: DeskRow | undefined;
}

/** The kinds of violations. */
export type ServedViolationKind =
  | "acknowledged but not stored"
  | "stored twice"
  | "a version is missing or doubled"
  | "two agents won on one version"
  | "accepted without effect"
  | "reply written twice"
  | "reply sent twice"
  | "reply of an agent who does not serve"
  | "attempt of a former agent"
  | "closed over a message"
  | "note sent to the user"
  | "note lost or written twice"
  | "message without a session"
  | "open but in no list"
  | "in a list but not open"
  | "the list shows another state";

/** A violation. */
export interface ServedViolation {
  readonly openid: string;
  readonly kind: ServedViolationKind;
  readonly what: string;
}

type SessionRow = Extract<Row, { readonly kind: "session" }>;
type OutRow = Extract<Row, { readonly kind: "out" }>;
type Accuse = (kind: ServedViolationKind, what: string) => void;

/** The longest time from the start of an attempt to its arrival: a lease, with the clocks of two processes, milliseconds. */
const ATTEMPT_MS = 13_000;

/** Returns the violations in one user's records. */
export function judgeServed(books: ServedBooks): readonly ServedViolation[] {
  const violations: ServedViolation[] = [];
  const accuse: Accuse = (kind, what) => void violations.push({ openid: books.openid, kind, what });
  const sessions = books.rows.filter((row) => row.kind === "session");
  judgePushes(books, accuse);
  judgeVersions(sessions, accuse);
  judgeCommands(books, sessions, accuse);
  judgeTexts(books, accuse);
  judgeNotes(books, accuse);
  judgeEnd(books, sessions, accuse);
  return violations;
}

/** Returns whether no message to the user is under way any more. */
export function isServedSettled({ rows }: Pick<ServedBooks, "rows">): boolean {
  const outs = rows.filter((row) => row.kind === "out");
  return outs.every(({ seq }) => {
    const last = rows.findLast((row) => "ref" in row && row.ref === seq && row.kind !== "out");
    return last !== undefined && last.kind !== "attempt" && last.kind !== "retry" && last.kind !== "held";
  });
}

function judgePushes({ pushes, rows }: ServedBooks, accuse: Accuse): void {
  const marks = rows.flatMap((row) =>
    row.kind === "in" && "content" in row.content && typeof row.content.content === "string"
      ? [row.content.content]
      : [],
  );
  for (const { mark, outcome } of pushes) {
    const found = marks.filter((other) => other === mark).length;
    const isAcknowledged = outcome === "acknowledged" || outcome === "transferred";
    if (found === 0 && isAcknowledged) accuse("acknowledged but not stored", mark);
    if (found > 1) accuse("stored twice", mark);
  }
}

/** Each transition must raise the version by one. */
function judgeVersions(sessions: readonly SessionRow[], accuse: Accuse): void {
  for (const [index, { facts }] of sessions.entries()) {
    const before = sessions[index - 1];
    if (before !== undefined && facts.version !== before.facts.version + 1)
      accuse("a version is missing or doubled", `${before.facts.version}, ${facts.version}`);
  }
}

/**
 * Of the commands that name one version, only those of one agent may be accepted, and each accepted one must be in the
 * log.
 */
function judgeCommands({ commands, rows }: ServedBooks, sessions: readonly SessionRow[], accuse: Accuse): void {
  const accepted = commands.filter(({ outcome }) => outcome === "accepted");
  for (const [version, answered] of Map.groupBy(accepted, (command) => command.version)) {
    const next = sessions.find(({ facts }) => facts.version === version + 1);
    // A take is also accepted when a colleague's transfer has given the session to the agent: that transition is not its own.
    const won = answered.filter(
      (command) => command.name !== "take" || (isIn(next, command) && next?.by.id === command.agent),
    );
    const agents = new Set(won.map(({ agent }) => agent));
    if (agents.size > 1) {
      const asked = won.map(
        ({ name, agent, target }) => `${name} by ${agent}${target === undefined ? "" : ` to ${target}`}`,
      );
      const done = next && `${next.facts.action} ${next.facts.assignee ?? ""} by ${next.by.id ?? next.by.type}`;
      accuse("two agents won on one version", `${version}: ${asked.join(", ")}; in the log: ${done ?? "nothing"}`);
    }
    for (const command of answered)
      if (!isIn(next, command) && !(command.name === "take" && servesFrom(sessions, version, command.agent)))
        accuse("accepted without effect", `${command.name} on ${version}`);
  }
  // Each message is judged by the first end after it: one before the previous end concerns that end alone, and a session
  // that an agent began by writing has no message yet.
  let before = 0;
  for (const { facts, seq, by } of sessions) {
    if (facts.action !== "closed") continue;
    const from = before;
    before = seq;
    if (facts.reason !== "agent") continue;
    // Only the command that made the change: a colleague whose close was refused may have seen more.
    const closing = commands.filter(
      ({ name, version, agent, outcome }) =>
        name === "close" && version === facts.version - 1 && agent === by.id && typeof outcome === "string",
    );
    const seen = Math.max(from, ...closing.map(({ seenSeq = 0 }) => seenSeq));
    const unseen = rows.find((row) => isMessage(row) && row.seq < seq && row.seq > seen);
    if (unseen !== undefined) accuse("closed over a message", `${unseen.seq}, by ${seq}`);
  }
}

/** Whether a transition is the effect of a command. */
function isIn(next: SessionRow | undefined, { name, agent, target }: CommandBook): boolean {
  if (next === undefined) return false;
  const { status, assignee } = next.facts;
  if (name === "close") return status === "closed";
  return status === "serving" && assignee === (name === "take" ? agent : target);
}

/** Returns whether an agent serves the session at this version or a later one. */
function servesFrom(sessions: readonly SessionRow[], version: number, agent: string): boolean {
  return sessions.some(
    ({ facts }) => facts.version >= version && facts.status === "serving" && facts.assignee === agent,
  );
}

/** Returns the agent who served before a row; undefined when there was none. */
function servesBefore(rows: readonly Row[], seq: number): string | undefined {
  const last = rows.findLast((row): row is SessionRow => row.kind === "session" && row.seq < seq);
  return last?.facts.status === "serving" ? last.facts.assignee : undefined;
}

function judgeTexts({ replies, rows, delivered }: ServedBooks, accuse: Accuse): void {
  const outs = rows.filter((row) => row.kind === "out");
  for (const { mark, agent, outcome } of replies) {
    const written = outs.filter((out) => textOf(out) === mark);
    if (written.length === 0 && outcome === "accepted") accuse("accepted without effect", mark);
    if (written.length > 1) accuse("reply written twice", mark);
    if (delivered.filter(({ text }) => text === mark).length > 1) accuse("reply sent twice", mark);
    for (const out of written) {
      if (servesBefore(rows, out.seq) !== agent) accuse("reply of an agent who does not serve", mark);
      judgeAttempts({ rows, delivered }, out, agent, accuse);
    }
  }
}

/** No attempt may begin after the session was taken from the message's author. */
function judgeAttempts(
  { rows, delivered }: Pick<ServedBooks, "rows" | "delivered">,
  out: OutRow,
  agent: string,
  accuse: Accuse,
): void {
  const lost = rows.find((row) => row.kind === "session" && row.seq > out.seq && row.facts.assignee !== agent);
  if (lost === undefined) return;
  const mark = textOf(out);
  const isLater = rows.some((row) => row.kind === "attempt" && row.ref === out.seq && row.seq > lost.seq);
  const isLate = delivered.some(({ text, at }) => text === mark && at > Date.parse(lost.at) + ATTEMPT_MS);
  if (isLater || isLate) accuse("attempt of a former agent", mark);
}

function judgeNotes({ notes, rows, delivered }: ServedBooks, accuse: Accuse): void {
  for (const { mark, outcome } of notes) {
    const written = rows.filter((row) => row.kind === "note" && row.content.text === mark).length;
    if (written > 1 || (written === 0 && outcome === "accepted")) accuse("note lost or written twice", mark);
    if (delivered.some(({ text }) => text.includes(mark))) accuse("note sent to the user", mark);
  }
}

/** Every message belongs to a session, and the desk lists what is open as it is. */
function judgeEnd({ rows, listed }: ServedBooks, sessions: readonly SessionRow[], accuse: Accuse): void {
  const last = sessions.at(-1);
  const isOpen = last !== undefined && last.facts.status !== "closed";
  const message = rows.findLast(isMessage);
  if (message !== undefined && !isOpen && (last === undefined || message.seq > last.seq))
    accuse("message without a session", `${message.seq}`);
  if (!isOpen) {
    if (listed !== undefined) accuse("in a list but not open", `version ${listed.version}`);
    return;
  }
  const { status, version, assignee = null } = last.facts;
  if (listed === undefined) accuse("open but in no list", `version ${version}, ${status}`);
  else if (listed.version !== version || listed.session.status !== status || listed.session.assignee !== assignee)
    accuse("the list shows another state", `${version} ${status}: ${listed.version} ${listed.session.status}`);
}

function isMessage(row: Row): boolean {
  return row.kind === "in" && row.facts.event === "message";
}

function textOf({ content }: OutRow): string {
  return content.type === "text" ? content.content : content.type;
}
