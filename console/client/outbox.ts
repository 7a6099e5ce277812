/**
 * Sends messages and notes: when their undo time is over, in order within a conversation, and repeatedly with the same
 * id until the server answers. A refused message stays visible with its reason. Each tab stores its own list; when a
 * tab has ended, another one of the same agent takes over its messages.
 */
import type { RowJson } from "../../shared/api/rows.ts";
import {
  fromStored,
  isRowOf,
  toStored,
  withPhase,
  withUploaded,
  type Refusal,
  type Unsent,
  type UploadedPicture,
} from "../model/unsent.ts";
import { ApiProblem } from "./api.ts";
import { forget, keep, listKept, readKept, unsentPrefix, type KeptTexts } from "./kept-texts.ts";
import { createStore, type Store } from "./store.ts";
import type { Tabs } from "./tabs.ts";

/** How long a message can be taken back, milliseconds. */
export const UNDO_MS = 3_000;
/**
 * The delay before a failed request is repeated, milliseconds: doubled with each failure up to the maximum, and never
 * shorter than the answer's Retry-After.
 */
const [AGAIN_MS, MAX_AGAIN_MS] = [2_000, 30_000];
/**
 * The number of attempts for a picture before the agent has to repeat it. Limited, because each attempt may upload
 * the picture again.
 */
const PICTURE_TRIES = 3;
/** The maximum Retry-After after which a picture is repeated by itself, milliseconds. */
const PICTURE_WAIT_MS = 60_000;

/** How far the upload of a picture has come. */
export interface UploadProgress {
  /** @param share 0 to 1 */
  readonly share: (share: number) => void;
  readonly uploaded: (picture: UploadedPicture) => void;
}

/** The dependencies of the outbox. */
export interface OutboxOptions {
  readonly agent: string;
  readonly kept: KeptTexts;
  readonly tabs: Tabs;
  /**
   * Sends one message or note. @returns the message's id; null for a note, which has none
   * @throws ApiProblem
   */
  readonly post: (unsent: Unsent, progress: UploadProgress) => Promise<string | null>;
  /** Returns whether requests can be sent now. */
  readonly isLive: () => boolean;
  /**
   * Called when a text was refused because newer messages had arrived, unless it had waited for a connection.
   * @returns whether the text went back to the composer; otherwise it stays visible as refused
   */
  readonly onStale: (unsent: Unsent) => boolean;
  /** Called after the server accepted a message or note. */
  readonly onAccepted: (unsent: Unsent) => void;
}

/** Keeps the messages that the server does not have yet, and sends them. */
export interface Outbox {
  readonly store: Store<readonly Unsent[]>;
  readonly add: (unsent: Omit<Unsent, "phase" | "writtenAt">, undoMs?: number) => void;
  /**
   * Takes a message back or removes a refused one. @returns the message; null when it is already being sent, or when
   * this outbox has stopped
   */
  readonly takeBack: (id: string) => Unsent | null;
  /** Sends a refused message again, with its id. */
  readonly retry: (id: string) => void;
  /** Sends the waiting messages at once, without their undo time. */
  readonly flush: () => void;
  /** Removes accepted messages whose rows have arrived. */
  readonly settle: (change: (list: readonly Unsent[]) => readonly Unsent[]) => void;
  /** Sends the waiting messages; called when the connection is live again. */
  readonly resume: () => void;
  /** Returns whether the message of a row was sent by this page. */
  readonly hasSent: (conversation: string, row: RowJson) => boolean;
  /** Returns the number of messages, of all tabs, that the server does not have. */
  readonly count: () => number;
  /** Takes note of a key of the browser's storage that another tab has changed. */
  readonly notice: (key: string) => void;
  /**
   * Sends and stores nothing more, and adds and takes back nothing; the next outbox of the agent, or that of another
   * tab, takes over the texts.
   */
  readonly stop: () => void;
}

/** Creates the outbox, with the unsent messages of the agent's tabs that have ended. */
export function createOutbox(options: OutboxOptions): Outbox {
  const prefix = unsentPrefix(options.agent);
  const ownKey = `${prefix}${crypto.randomUUID()}`;
  const disown = options.tabs.own(ownKey);
  /** Ends the wait for the end of another tab, by the key of its list. */
  const waits = new Map<string, () => void>();
  let isStopped = false;
  const store = createStore<readonly Unsent[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether the browser stores the list of this tab. False when its storage is unavailable or full. */
  let isKept = false;
  /**
   * Drops the messages when another tab has removed their stored list. Either the agent has signed out there, so that
   * nothing may be stored or sent again, perhaps with the sign-in of the next agent; or this outbox has stopped, and
   * the other tab has taken over the texts.
   */
  const dropForgotten = (): void => {
    if (!isKept || readKept(options.kept, ownKey) !== undefined) return;
    isKept = false;
    store.change((list) => (isStopped ? list.filter(({ content }) => content.type === "picture") : []));
  };
  const change = (edit: (list: readonly Unsent[]) => readonly Unsent[]): void => {
    dropForgotten();
    const before = store.get();
    store.change(edit);
    const after = store.get();
    if (isStopped || after === before) return;
    const stored = toStored(after);
    if (stored.length === 0) forget(options.kept, ownKey);
    else keep(options.kept, ownKey, stored, Date.now());
    isKept = readKept(options.kept, ownKey) !== undefined;
  };
  const has = (id: string): boolean => store.get().some((unsent) => unsent.id === id);
  const setPhase = (id: string, phase: Unsent["phase"]): void => change((list) => withPhase(list, id, phase));

  /** The number of attempts that failed although there was a connection, by message. */
  const failures = new Map<string, number>();
  /** When a message that failed is sent again, by message; after a new connection at once. Epoch ms. */
  const nextTries = new Map<string, number>();
  /** The server has too many requests of this agent and accepts none before this time, epoch ms. */
  let pausedUntil = 0;
  /**
   * The ids of the texts that waited for a connection. They do not go back to the composer, where the agent may be
   * writing the next text.
   */
  const waited = new Set<string>();

  /** The ids of the messages that the server has accepted. */
  const accepted = new Set<string>();

  const send = async (unsent: Unsent): Promise<void> => {
    const { id } = unsent;
    setPhase(id, { name: "sending" });
    if (!has(id)) return;
    try {
      const message = await options.post(unsent, {
        // The share is not stored, because pictures do not survive a reload.
        share: (share) => store.change((list) => withPhase(list, id, { name: "sending", share })),
        uploaded: (picture) => change((list) => withUploaded(list, id, picture)),
      });
      failures.delete(id);
      nextTries.delete(id);
      if (message === null) change((list) => list.filter((other) => other.id !== id));
      else {
        accepted.add(message);
        setPhase(id, { name: "accepted", message });
      }
      options.onAccepted(unsent);
      pump();
    } catch (error) {
      fail(unsent, error);
    }
  };
  const fail = (unsent: Unsent, error: unknown): void => {
    dropForgotten();
    // A text must not go back to the composer, and so into the browser's storage, after the agent has signed out.
    if (isStopped || !has(unsent.id)) return;
    const problem = error instanceof ApiProblem ? error : new ApiProblem(0, "unreachable", {});
    const tries = (failures.get(unsent.id) ?? 0) + (options.isLive() ? 1 : 0);
    failures.set(unsent.id, tries);
    if (mayRepeat(unsent, problem, tries)) {
      const at = Date.now() + Math.max(problem.retryAfterMs, againMs(tries));
      waited.add(unsent.id);
      nextTries.set(unsent.id, at);
      if (problem.status === 429) pausedUntil = at;
      setPhase(unsent.id, { name: "waiting", at });
      pump();
      return;
    }
    const isStale = problem.code === "stale" && unsent.content.type === "text" && !waited.has(unsent.id);
    if (isStale && options.onStale(unsent)) change((list) => list.filter(({ id }) => id !== unsent.id));
    else setPhase(unsent.id, { name: "refused", refusal: refusalOf(problem) });
    pump();
  };
  /** Sends the first message of each conversation when its undo time, or the delay after a failure, is over. */
  const pump = (): void => {
    if (isStopped) return;
    const now = Date.now();
    const busy = new Set<string>();
    let next = Infinity;
    for (const unsent of store.get()) {
      const { phase, conversation } = unsent;
      if (phase.name === "accepted" || phase.name === "refused") continue;
      const isBehind = busy.has(conversation);
      busy.add(conversation);
      if (phase.name === "undo" && phase.until > now) {
        next = Math.min(next, phase.until - now);
        continue;
      }
      // A message behind another one waits for its turn; without a connection, it is shown as waiting.
      if (phase.name === "sending" || (isBehind && options.isLive())) continue;
      const at = Math.max(pausedUntil, nextTries.get(unsent.id) ?? 0);
      if (!options.isLive()) {
        waited.add(unsent.id);
        if (phase.name !== "waiting" || phase.at !== undefined) setPhase(unsent.id, { name: "waiting" });
      } else if (at > now) {
        next = Math.min(next, at - now);
        if (phase.name !== "waiting" || phase.at !== at) setPhase(unsent.id, { name: "waiting", at });
      } else void send(unsent);
    }
    clearTimeout(timer);
    if (next < Infinity) timer = setTimeout(pump, next);
  };

  /** Takes over the list of another tab once that has ended. */
  const adopt = (key: string): void => {
    if (isStopped) return;
    const adopted = fromStored(readKept(options.kept, key), Date.now());
    forget(options.kept, key);
    waits.delete(key);
    for (const { id } of adopted) waited.add(id);
    if (adopted.length > 0) change((list) => [...adopted, ...list]);
    pump();
  };
  const notice = (key: string): void => {
    if (key === ownKey) dropForgotten();
    if (!key.startsWith(prefix) || key === ownKey || waits.has(key) || isStopped) return;
    waits.set(key, () => {});
    const end = options.tabs.whenFree(key, () => adopt(key));
    if (waits.has(key)) waits.set(key, end);
  };
  for (const key of listKept(options.kept, prefix)) notice(key);

  return {
    store,
    add(unsent, undoMs = UNDO_MS) {
      if (isStopped) return;
      const now = Date.now();
      change((list) => [
        // Only the newest message can be undone, so a new message ends the undo time of the previous one.
        ...endUndo(list),
        {
          ...unsent,
          writtenAt: now,
          phase: undoMs === 0 ? { name: "waiting" } : { name: "undo", until: now + undoMs },
        },
      ]);
      pump();
    },
    takeBack(id) {
      dropForgotten();
      if (isStopped) return null;
      const unsent = store.get().find((candidate) => candidate.id === id);
      if (unsent === undefined || unsent.phase.name === "sending" || unsent.phase.name === "accepted") return null;
      change((list) => list.filter((candidate) => candidate.id !== id));
      return unsent;
    },
    retry(id) {
      if (isStopped) return;
      failures.delete(id);
      nextTries.delete(id);
      setPhase(id, { name: "waiting" });
      pump();
    },
    flush() {
      change(endUndo);
      pump();
    },
    settle: change,
    resume() {
      nextTries.clear();
      pump();
    },
    hasSent(conversation, row) {
      if (row.kind === "out" && accepted.has(row.id)) return true;
      // The row may arrive before the answer to the request that created it.
      return store.get().some((unsent) => unsent.conversation === conversation && isRowOf(row, unsent, options.agent));
    },
    count() {
      // After the stop another tab may have the texts, so those in the storage are counted.
      const keys = listKept(options.kept, prefix).filter((key) => isStopped || key !== ownKey);
      const own = store
        .get()
        .filter(({ phase, content }) => phase.name !== "accepted" && (!isStopped || content.type === "picture"));
      return own.length + keys.flatMap((key) => fromStored(readKept(options.kept, key), Date.now())).length;
    },
    notice,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      store.change((list) =>
        list.map((unsent) =>
          unsent.phase.name === "undo" || unsent.phase.name === "waiting"
            ? { ...unsent, phase: { name: "waiting" } as const }
            : unsent,
        ),
      );
      for (const end of waits.values()) end();
      disown();
    },
  };
}

/**
 * Returns whether a message that failed is sent again by itself, after a 401 when the agent has signed in again.
 *
 * @param tries how often it failed on a connection
 */
function mayRepeat({ content }: Unsent, { status, code, retryAfterMs }: ApiProblem, tries: number): boolean {
  const isPassing = status === 0 || status === 401 || status === 429 || (status >= 500 && code !== "channel_refused");
  return isPassing && (content.type !== "picture" || (tries < PICTURE_TRIES && retryAfterMs <= PICTURE_WAIT_MS));
}

/** Ends the undo time of every message. */
function endUndo(list: readonly Unsent[]): readonly Unsent[] {
  return list.map((unsent) => (unsent.phase.name === "undo" ? { ...unsent, phase: { name: "waiting" } } : unsent));
}

/** Returns the delay before a message is sent again, milliseconds. */
function againMs(tries: number): number {
  return Math.min(MAX_AGAIN_MS, AGAIN_MS * 2 ** Math.max(0, tries - 1));
}

function refusalOf({ code, facts }: ApiProblem): Refusal {
  const { name, platformCode } = facts;
  return {
    code,
    name: typeof name === "string" ? name : undefined,
    ...(typeof platformCode === "string" && { platformCode }),
  };
}
