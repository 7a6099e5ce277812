/** The interface of the desk's sockets, and what they need of their object. */
import type { Socket } from "../core/state.ts";
import type { LoadedDesk } from "../loaded-desk.ts";
import type { DeskWatcher } from "../watcher.ts";
import type { PageSocket } from "./connection.ts";
import type { Timers } from "./pacer.ts";

/** The functions of the object that the sockets use. */
export interface SocketDeps extends Timers {
  /** The attached sockets, including those that are closing. */
  readonly sockets: () => readonly PageSocket[];
  /** Keeps the object alive. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The methods and callbacks of the desk's sockets. */
export interface DeskSockets {
  readonly watcher: DeskWatcher;
  /** The attached sockets in the form that the desk needs, before `start`. */
  readonly attached: ReadonlyMap<string, Socket>;
  /** Returns when each socket last sent a ping, epoch ms. Called by the alarm: closes sockets that are open too long. */
  readonly pings: () => ReadonlyMap<string, number>;
  /** Sends complete lists to the pages that were attached when the object was constructed. */
  readonly start: (desk: LoadedDesk) => void;
  /** Handles the connection of a page. */
  readonly accept: (socket: PageSocket, agent: string, signIn: string) => void;
  /** Handles a message of a page. Never throws. */
  readonly receive: (socket: string, message: string | ArrayBuffer) => void;
  /** Handles a socket that has closed. */
  readonly closed: (socket: string) => void;
  /** Closes the pages of one sign-in. */
  readonly signOut: (agent: string, signIn: string) => void;
}
