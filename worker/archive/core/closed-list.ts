/** The order of closed sessions, and the position of a page in it. Pure. */

/** Which closed sessions are listed. */
export interface ClosedFilter {
  /** Only sessions of this team; absent: sessions of every team and of no team. */
  readonly team?: string;
  /** Only sessions that expired without a reply of an agent (`isMissed`). */
  readonly onlyMissed?: boolean;
  /** Only sessions of this agent, of these teams, and of no team; absent: of all. */
  readonly visibleTo?: { readonly agent: string; readonly teams: readonly string[] };
  /** Only sessions of users the end of whose id contains this, in lower case; absent: of all. */
  readonly tail?: string;
}

/** The position of a session: sessions are listed by the time they were closed, newest first. */
export interface ClosedPosition {
  /** Epoch ms. */
  readonly closedAt: number;
  readonly conversation: string;
  readonly session: number;
}

const FORM = /^(\d{1,15})-([\da-f]{64})-(\d{1,15})$/;

/** Formats a position as text, for `next` of a page. */
export function formatPosition({ closedAt, conversation, session }: ClosedPosition): string {
  return `${closedAt}-${conversation}-${session}`;
}

/** Parses a position; undefined for a text that `formatPosition` cannot return. */
export function parsePosition(text: string): ClosedPosition | undefined {
  const [, closedAt, conversation, session] = FORM.exec(text) ?? [];
  if (closedAt === undefined || conversation === undefined || session === undefined) return undefined;
  return { closedAt: Number(closedAt), conversation, session: Number(session) };
}
