/**
 * A page of the desk without its views: the console's own connection, lists and log, put together as `console/client/desk.ts`
 * does. The test gives it sockets, which it can cut, and the pages of a log.
 */
import { createLink, type LinkState, type SocketLike } from "../../console/client/link.ts";
import { applyFrame } from "../../console/model/frames.ts";
import { fillGap, PAGE_ROWS, startRows } from "../../console/model/log.ts";
import { EMPTY_DESK, openLog, type DeskState, type OpenLog } from "../../console/model/state.ts";
import type { OpenViewName } from "../../shared/api/desk/row.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import { SOCKET_PROTOCOL, type PageFrame, type ServerFrame } from "../../shared/api/socket.ts";

/** Which rows of a log are read: the newest ones, or those after a seq. */
export type ReadAt = { readonly before: "end" } | { readonly after: number; readonly log: string };

/** What the page needs. */
export interface LivingPageOptions {
  /** The id of the page. */
  readonly page: string;
  readonly views: readonly OpenViewName[];
  readonly openSocket: () => SocketLike;
  /** Reads rows by HTTP. */
  readonly readLog: (
    conversation: string,
    at: ReadAt,
    limit: number,
  ) => Promise<{ readonly log: string; readonly rows: readonly RowJson[]; readonly next: number }>;
}

/** The page. */
export interface LivingPage {
  readonly state: () => DeskState;
  readonly link: () => LinkState["name"];
  /** The messages with frames since the newest connection was opened. */
  readonly messages: () => readonly (readonly ServerFrame[])[];
  readonly start: () => void;
  /** Connects at once, as a page does that is shown again. */
  readonly poke: () => void;
  readonly stop: () => void;
  readonly open: (conversation: string) => void;
}

/** Creates the page; `start` connects it. */
export function createLivingPage({ page, views, openSocket, readLog }: LivingPageOptions): LivingPage {
  let state: DeskState = EMPTY_DESK;
  let linkState: LinkState = { name: "connecting" };
  let messages: (readonly ServerFrame[])[] = [];
  const reading = new Set<string>();

  const link = createLink({
    openSocket() {
      messages = [];
      return openSocket();
    },
    hello: () => hello(),
    onFrames: (frames) => take(frames),
    onState(next) {
      linkState = next;
      if (next.name === "live") onLive();
    },
    isSignedIn: () => Promise.resolve(true),
    random: () => 0.5,
  });
  const hello = (): PageFrame => {
    const { epoch, rev, isStale } = state;
    return { type: "hello", protocol: SOCKET_PROTOCOL, page, epoch: isStale ? null : epoch, rev, views: [...views] };
  };
  const onLive = (): void => {
    const { open } = state;
    if (open === null) return;
    if (open.log === null) void readNewest(open.conversation);
    else link.send(openFrame(open, open.log));
  };
  const take = (frames: readonly ServerFrame[]): void => {
    messages.push(frames);
    state = frames.reduce((next, frame) => applyFrame(next, frame, Date.now()), state);
    const { isStale, open } = state;
    if (isStale) link.send(hello());
    if (open?.status === "gap") void readGap(open.conversation);
    if (open?.status === "loading" && open.log === null) void readNewest(open.conversation);
  };
  const edit = (conversation: string, change: (open: OpenLog) => OpenLog): void => {
    const { open } = state;
    if (open?.conversation === conversation) state = { ...state, open: change(open) };
  };
  const read = async (purpose: string, conversation: string, load: () => Promise<void>): Promise<void> => {
    const key = `${purpose} ${conversation}`;
    if (reading.has(key)) return;
    reading.add(key);
    try {
      await load();
    } catch {
      edit(conversation, (open) => ({ ...open, status: "failed" }));
    } finally {
      reading.delete(key);
    }
  };
  const readNewest = (conversation: string): Promise<void> =>
    read("newest", conversation, async () => {
      const newest = await readLog(conversation, { before: "end" }, PAGE_ROWS);
      edit(conversation, (open) => startRows(open, newest));
      const { open } = state;
      if (open?.conversation === conversation && open.log !== null) link.send(openFrame(open, open.log));
    });
  const readGap = (conversation: string): Promise<void> =>
    read("gap", conversation, async () => {
      for (;;) {
        const { open } = state;
        if (open?.conversation !== conversation || open.status !== "gap" || open.log === null) return;
        const missing = await readLog(conversation, { after: open.to, log: open.log }, PAGE_ROWS);
        edit(conversation, (before) => fillGap(before, missing));
      }
    });

  return {
    state: () => state,
    link: () => linkState.name,
    messages: () => messages,
    start: link.start,
    poke: link.poke,
    stop: () => link.stop("signed_out"),
    open(conversation) {
      state = { ...state, open: openLog(conversation) };
      void readNewest(conversation);
    },
  };
}

function openFrame({ conversation, to }: OpenLog, log: string): PageFrame {
  return { type: "open", conversation, log, after: to };
}
