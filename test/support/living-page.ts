/**
 * A page of the desk without its views: the console's own connection, lists and log, put together as
 * `console/client/desk.ts` does. The test gives it sockets, which it can cut, and the pages of a log.
 */
import { createLink, type LinkState, type SocketLike } from "../../console/client/link.ts";
import { createLogReader, type LogReaderDeps } from "../../console/client/log-reader.ts";
import { applyFrame } from "../../console/model/frames.ts";
import { EMPTY_DESK, openLog, type DeskState } from "../../console/model/state.ts";
import type { OpenViewName } from "../../shared/api/desk/row.ts";
import { SOCKET_PROTOCOL, type PageFrame, type ServerFrame } from "../../shared/api/socket.ts";

/** The page's id, sockets and source of rows. */
export interface LivingPageOptions {
  /** The id of the page. */
  readonly page: string;
  readonly views: readonly OpenViewName[];
  readonly openSocket: () => SocketLike;
  /** Reads rows by HTTP. */
  readonly readLog: LogReaderDeps["readLog"];
}

/** The page under test. */
export interface LivingPage {
  readonly state: () => DeskState;
  readonly link: () => LinkState["name"];
  /** Returns the frames of each message since the newest connection was opened. */
  readonly messages: () => readonly (readonly ServerFrame[])[];
  readonly start: () => void;
  /** Connects at once, as a page does when it becomes visible again. */
  readonly poke: () => void;
  readonly stop: () => void;
  readonly open: (conversation: string) => void;
}

/** Creates the page; `start` connects it. */
export function createLivingPage({ page, views, openSocket, readLog }: LivingPageOptions): LivingPage {
  let state: DeskState = EMPTY_DESK;
  let linkState: LinkState = { name: "connecting" };
  let messages: (readonly ServerFrame[])[] = [];

  const link = createLink({
    openSocket() {
      messages = [];
      return openSocket();
    },
    hello: () => hello(),
    onFrames: (frames) => take(frames),
    onState(next) {
      linkState = next;
      if (next.name === "live") reader.subscribe();
    },
    isSignedIn: () => Promise.resolve(true),
    random: () => 0.5,
  });
  const reader = createLogReader({
    state: {
      get: () => state,
      change: (change) => {
        state = change(state);
      },
    },
    readLog,
    send: (frame) => void link.send(frame),
  });
  const hello = (): PageFrame => {
    const { epoch, rev, isStale } = state;
    return { type: "hello", protocol: SOCKET_PROTOCOL, page, epoch: isStale ? null : epoch, rev, views: [...views] };
  };
  const take = (frames: readonly ServerFrame[]): void => {
    messages.push(frames);
    state = frames.reduce((next, frame) => applyFrame(next, frame, Date.now()), state);
    if (state.isStale) link.send(hello());
    reader.catchUp();
  };

  return {
    state: () => state,
    link: () => linkState.name,
    messages: () => messages,
    start: link.start,
    poke: link.poke,
    stop: () => link.stop("signed_out"),
    open(conversation) {
      state = { ...state, open: openLog(conversation) };
      void reader.readNewest(conversation);
    },
  };
}
