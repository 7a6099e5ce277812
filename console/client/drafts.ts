/**
 * Texts that are being written, by conversation, reply and note apart. Each keystroke is kept in the browser; the server
 * gets the text when the conversation is left, after a pause, and when the page is hidden (DESK_LESSONS §6).
 */
import { createStore, type Store } from "./store.ts";

/** Whom a text is for: the user, or colleagues. */
export type Mode = "reply" | "note";

/** The texts of one conversation. */
export interface Draft {
  /** The log they were written for. */
  readonly log: string;
  readonly mode: Mode;
  readonly reply: string;
  readonly note: string;
  /** The newest row when the reply was begun: rows of others after it make the draft an old one. 0: unknown. */
  readonly basedOn: number;
}

/** The part of `localStorage` that is used. */
export interface KeptTexts {
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** The drafts of an agent. */
export interface Drafts {
  readonly store: Store<ReadonlyMap<string, Draft>>;
  readonly read: (conversation: string, log: string) => Draft;
  readonly write: (conversation: string, draft: Draft) => void;
  /** Sends what the server does not have. @param conversation absent: all */
  readonly save: (conversation?: string) => void;
  /** Brings the draft that the agent wrote in another browser, unless there is one here by then. */
  readonly fetch: (conversation: string, log: string) => Promise<void>;
}

/** The pause after which a draft is saved on the server, milliseconds. */
const PAUSE_MS = 10_000;

/** A draft as the server keeps it. */
export interface ServerDraft {
  readonly text: string;
  readonly mode: Mode;
}

/** The server's drafts. */
export interface ServerDrafts {
  /** Saves a draft; null removes it. @returns false: there is no connection, it is tried again */
  readonly save: (conversation: string, log: string, draft: ServerDraft | null) => boolean;
  /** Reads a draft. @returns null: there is none */
  readonly read: (conversation: string) => Promise<ServerDraft | null>;
}

/** Creates the drafts of an agent. */
export function createDrafts(agent: string, kept: KeptTexts, server: ServerDrafts): Drafts {
  const store = createStore<ReadonlyMap<string, Draft>>(new Map());
  const unsaved = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keyOf = (conversation: string): string => `edge-kefu.draft.${agent}.${conversation}`;

  const save = (conversation?: string): void => {
    for (const id of conversation === undefined ? [...unsaved] : [conversation]) {
      const draft = store.get().get(id);
      if (draft === undefined || !unsaved.has(id)) continue;
      const text = draft[draft.mode];
      if (server.save(id, draft.log, text.trim() === "" ? null : { text, mode: draft.mode })) unsaved.delete(id);
    }
  };
  const read = (conversation: string, log: string): Draft => {
    const known = store.get().get(conversation) ?? readKept(kept, keyOf(conversation));
    return known?.log === log ? known : { log, mode: known?.mode ?? "reply", reply: "", note: "", basedOn: 0 };
  };
  return {
    store,
    save,
    read,
    async fetch(conversation, log) {
      const saved = await server.read(conversation).catch(() => null);
      const known = read(conversation, log);
      if (saved === null || known.reply !== "" || known.note !== "") return;
      const draft = { ...known, mode: saved.mode, [saved.mode]: saved.text };
      store.change((drafts) => new Map(drafts).set(conversation, draft));
    },
    write(conversation, draft) {
      store.change((drafts) => new Map(drafts).set(conversation, draft));
      unsaved.add(conversation);
      clearTimeout(timer);
      timer = setTimeout(() => save(), PAUSE_MS);
      if (draft.reply === "" && draft.note === "") forget(kept, keyOf(conversation));
      else keep(kept, keyOf(conversation), JSON.stringify(draft));
    },
  };
}

function readKept(kept: KeptTexts, key: string): Draft | undefined {
  try {
    const value: unknown = JSON.parse(kept.getItem(key) ?? "null");
    return isDraft(value) ? value : undefined;
  } catch {
    return undefined; // the storage is unavailable, or something else is kept there
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { log, mode, reply, note, basedOn }: Readonly<Record<string, unknown>> = { ...value };
  const areTexts = [log, reply, note].every((text) => typeof text === "string");
  return areTexts && (mode === "reply" || mode === "note") && typeof basedOn === "number";
}

function keep(kept: KeptTexts, key: string, text: string): void {
  try {
    kept.setItem(key, text);
  } catch {
    // the storage is unavailable: the text lasts until the page is closed
  }
}

function forget(kept: KeptTexts, key: string): void {
  try {
    kept.removeItem(key);
  } catch {
    // the storage is unavailable: there is nothing to remove
  }
}
