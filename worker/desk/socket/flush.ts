/** Builds the message for each page: the changes since its last message. */
import type { ShownDeskRow } from "../../../shared/api/desk/frames.ts";
import type { ServerFrame } from "../../../shared/api/socket.ts";
import { buildFrames, type FrameRow, type ListFrame } from "../core/frames.ts";
import type { LoadedDesk } from "../loaded-desk.ts";
import { toAgentJson } from "./agent-json.ts";
import { aliveAt, type Connection } from "./connection.ts";
import { followFrame } from "./core/trail.ts";
import { findOthers, type Viewer } from "./core/who.ts";

/** The data of the desk from which frames are built. */
export type ShownDesk = Pick<LoadedDesk, "runner" | "lists" | "agents" | "drafts">;

/**
 * Sends each page one message with its frames; a page without frames is sent nothing. Returns whether any message was
 * sent.
 */
export function flushPages(desk: ShownDesk, connections: readonly Connection[], now: number): boolean {
  let isSent = false;
  const lists = buildLists(desk, connections, now);
  let people: { readonly frame: ServerFrame; readonly text: string } | undefined;
  for (const connection of connections) {
    const frames: ServerFrame[] = [...connection.frames];
    const list = lists.get(connection);
    if (list !== undefined) frames.push(list);
    if (connection.isPeopleDue && connection.trail !== null) {
      people ??= describePeople(desk);
      if (connection.people !== people.text) frames.push(people.frame);
      connection.people = people.text;
      connection.isPeopleDue = false;
    }
    frames.push(...connection.rows);
    const who = findWho(connection, connections, now);
    if (who !== undefined) frames.push(who);
    connection.frames = [];
    connection.rows = [];
    if (frames.length === 0) continue;
    send(connection, frames);
    isSent = true;
  }
  return isSent;
}

function describePeople({ agents }: ShownDesk): { readonly frame: ServerFrame; readonly text: string } {
  const frame: ServerFrame = { type: "people", agents: agents.list().map(toAgentJson) };
  return { frame, text: JSON.stringify(frame.agents) };
}

/** Sends frames. A socket that is closing is handled by its close event. */
export function send({ socket }: Connection, frames: readonly ServerFrame[]): void {
  if (!socket.isOpen()) return;
  try {
    socket.send(JSON.stringify(frames));
  } catch (error) {
    // The runtime throws a TypeError when the socket has closed in the meantime; the page gets these changes when it
    // resumes.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Builds the frames of the lists for the pages for which they are due. */
function buildLists(
  desk: ShownDesk,
  connections: readonly Connection[],
  now: number,
): ReadonlyMap<Connection, ServerFrame> {
  const shown = new Map<string, ShownDeskRow>();
  const due = connections.filter(({ areListsDue, trail }) => areListsDue && trail !== null);
  const subscriptions = due.flatMap(({ trail }) => trail?.subscription ?? []);
  const frames = new Map<Connection, ServerFrame>();
  buildFrames(desk.runner.desk, subscriptions, now).forEach((sent, index) => {
    const connection = due[index];
    if (connection === undefined || connection.trail === null) return;
    connection.areListsDue = false;
    if (sent === null) return;
    connection.trail = followFrame(connection.trail, sent.frame, sent.subscription);
    frames.set(
      connection,
      toListFrame(sent.frame, (row) => toShownRow(desk, connection.agent, row, shown)),
    );
  });
  return frames;
}

function toListFrame(frame: ListFrame, toRow: (row: FrameRow) => ShownDeskRow): ServerFrame {
  const { epoch, rev, counts } = frame;
  if (frame.type === "views") return { type: "views", epoch, rev, counts, rows: frame.rows.map(toRow) };
  const { from, upserts, removes } = frame;
  return { type: "delta", epoch, rev, counts, from, upserts: upserts.map(toRow), removes: [...removes] };
}

/** Builds a row. Within one flush the row of a session differs between pages only in its lists and its draft. */
function toShownRow(
  { lists, drafts }: ShownDesk,
  agent: string,
  row: FrameRow,
  shown: Map<string, ShownDeskRow>,
): ShownDeskRow {
  const views = [...row.views];
  const known = shown.get(row.conversation);
  if (known !== undefined) return { ...known, draft: drafts.has(agent, row.conversation), views };
  const built = { ...lists.toRow(agent, row), views };
  shown.set(row.conversation, built);
  return built;
}

/**
 * Builds the frame about the viewers of the open conversation; undefined: they have not changed since the last frame.
 */
function findWho(connection: Connection, connections: readonly Connection[], now: number): ServerFrame | undefined {
  const { open, agent } = connection;
  if (open === null) return undefined;
  const { viewing, typing } = findOthers(viewersOf(open.conversation, connections), agent, now);
  const who = JSON.stringify([viewing, typing]);
  if (who === connection.who) return undefined;
  connection.who = who;
  return { type: "who", conversation: open.conversation, viewing: [...viewing], typing: [...typing] };
}

/** Returns the pages that have a conversation open. */
export function viewersOf(conversation: string, connections: readonly Connection[]): readonly Viewer[] {
  return connections
    .filter(({ open }) => open?.conversation === conversation)
    .map((connection) => {
      const { agent, typingUntil } = connection;
      return { agent, typingUntil, aliveAt: aliveAt(connection) };
    });
}
