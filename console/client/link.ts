/**
 * The connection to the desk: connects at once, then with growing delays; connects or pings immediately when the page
 * is shown again or the network returns; and closes itself when a ping is not answered, because the socket of a
 * sleeping device ends without an event (DESK_LESSONS §6).
 */
import {
  PING,
  PING_INTERVAL_MS,
  PONG,
  readServerFrames,
  type PageFrame,
  type ServerFrame,
} from "../../shared/api/socket.ts";
import { backOffMs } from "../model/back-off.ts";

/** The state of the connection, as the page shows it. */
export type LinkState =
  | { readonly name: "connecting" }
  | { readonly name: "live" }
  /** The connection was lost or has not been made yet. `since`, `nextAt`: epoch ms. */
  | { readonly name: "reconnecting"; readonly since: number; readonly nextAt: number }
  /** No further connection is tried. */
  | { readonly name: "ended"; readonly reason: EndReason };

/**
 * Why the connection ended: signed out here or elsewhere, this page is older than the server, or the agent has opened
 * more pages than the desk connects.
 */
export type EndReason = "signed_out" | "protocol" | "too_many_pages";

/** Returns whether the connection ended because the agent is not signed in any more. */
export function isSignedOut(state: LinkState): boolean {
  return state.name === "ended" && state.reason === "signed_out";
}

/** The part of a WebSocket that is used. */
export interface SocketLike {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: "open" | "close", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** The dependencies of the connection. */
export interface LinkOptions {
  readonly openSocket: () => SocketLike;
  /** Returns the first frame of a new connection. */
  readonly hello: () => PageFrame;
  readonly onFrames: (frames: readonly ServerFrame[]) => void;
  readonly onState: (state: LinkState) => void;
  /** Returns whether the agent is still signed in; called when a connection could not be made. */
  readonly isSignedIn: () => Promise<boolean>;
  /** Returns a random number from 0 to 1. */
  readonly random: () => number;
}

/** The operations on the connection. */
export interface Link {
  readonly start: () => void;
  /** Sends a frame. @returns false: there is no live connection */
  readonly send: (frame: PageFrame) => boolean;
  /** Connects or pings now; called when the page was shown or the network came back. */
  readonly poke: () => void;
  /** Ends a live connection at once; called when the browser reports that the network is gone. */
  readonly lose: () => void;
  readonly stop: (reason: EndReason) => void;
}

/** How long an answer to a ping may take, milliseconds. */
const PONG_MS = 15_000;
/** `WebSocket.OPEN`. */
const OPEN = 1;
/** How long it may take to connect and receive the first frame, milliseconds. */
const WELCOME_MS = 15_000;

/** Returns whether a socket accepts frames. A closing socket drops them, even before its close event. */
function isOpen({ readyState }: SocketLike): boolean {
  return readyState === OPEN;
}

/** Creates the connection. */
export function createLink(options: LinkOptions): Link {
  let socket: SocketLike | null = null;
  let state: LinkState = { name: "connecting" };
  let failed = 0;
  let lostAt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let pinger: ReturnType<typeof setTimeout> | undefined;
  let deadline: ReturnType<typeof setTimeout> | undefined;

  const show = (next: LinkState): void => {
    state = next;
    options.onState(next);
  };
  const drop = (): void => {
    clearTimeout(pinger);
    clearTimeout(deadline);
    const closing = socket;
    socket = null;
    if (closing === null) return;
    closing.close();
  };
  const lose = (): void => {
    const wasLive = state.name === "live";
    drop();
    if (state.name === "ended") return;
    if (wasLive || lostAt === 0) lostAt = Date.now();
    if (!wasLive) failed += 1;
    const delay = backOffMs(failed, options.random());
    show({ name: "reconnecting", since: lostAt, nextAt: Date.now() + delay });
    clearTimeout(retry);
    retry = setTimeout(connect, delay);
    if (failed > 0) void checkSignIn();
  };
  const checkSignIn = async (): Promise<void> => {
    if (!(await options.isSignedIn())) stop("signed_out");
  };
  const ping = (): void => {
    clearTimeout(pinger);
    clearTimeout(deadline);
    if (socket !== null && isOpen(socket)) socket.send(PING);
    deadline = setTimeout(lose, PONG_MS);
  };
  const hear = (data: unknown): void => {
    clearTimeout(deadline);
    clearTimeout(pinger);
    pinger = setTimeout(ping, PING_INTERVAL_MS);
    if (typeof data !== "string" || data === PONG) return;
    const frames = readServerFrames(data);
    const bye = frames.find((frame) => frame.type === "bye");
    if (frames.some(({ type }) => type === "welcome")) {
      failed = 0;
      lostAt = 0;
      show({ name: "live" });
    }
    options.onFrames(frames);
    if (bye?.reason === "signed_out" || bye?.reason === "protocol" || bye?.reason === "too_many_pages")
      stop(bye.reason);
    else if (bye !== undefined) {
      // The server would reject an immediate reconnection for the same reason, so the delay applies.
      if (bye.reason !== "rights_changed") failed += 1;
      lose();
    }
  };
  const connect = (): void => {
    clearTimeout(retry);
    if (socket !== null || state.name === "ended") return;
    const opening = options.openSocket();
    socket = opening;
    // A socket that was replaced may still send events, so only events of the current socket are handled.
    const ifCurrent = (work: () => void): void => {
      if (socket === opening) work();
    };
    opening.addEventListener("open", () => ifCurrent(() => opening.send(JSON.stringify(options.hello()))));
    opening.addEventListener("message", ({ data }) => ifCurrent(() => hear(data)));
    opening.addEventListener("close", () => ifCurrent(lose));
    deadline = setTimeout(lose, WELCOME_MS);
  };
  const stop = (reason: EndReason): void => {
    show({ name: "ended", reason });
    clearTimeout(retry);
    drop();
  };

  return {
    start: connect,
    send(frame) {
      if (state.name !== "live" || socket === null || !isOpen(socket)) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    poke() {
      if (state.name === "live") ping();
      else {
        // A socket that began to connect while there was no network may never open.
        if (state.name === "reconnecting") drop();
        connect();
      }
    },
    lose() {
      if (state.name === "live") lose();
    },
    stop,
  };
}
