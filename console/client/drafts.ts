/**
 * Unsent texts by conversation, separately for reply and note. Each keystroke is stored in the browser; the server gets
 * the text after a pause, when the agent leaves the conversation, and when the page is hidden (DESK_LESSONS §6).
 */
import { MAX_DRAFT } from "../../shared/api/desk/text-limits.ts";
import { emptyDraft, type Draft, type Mode } from "../model/draft.ts";
import { draftPrefix, forget, keep, readKept, type KeptTexts } from "./kept-texts.ts";
import { createStore, type Store } from "./store.ts";

/** The drafts of an agent. */
export interface Drafts {
  readonly store: Store<ReadonlyMap<string, Draft>>;
  readonly read: (conversation: string, log: string) => Draft;
  readonly write: (conversation: string, draft: Draft) => void;
  /** Saves on the server the texts that it does not have yet. @param conversation absent: of all conversations */
  readonly save: (conversation?: string) => void;
  /** Loads the draft that the agent wrote in another browser, unless this browser has one by then. */
  readonly fetch: (conversation: string, log: string) => Promise<void>;
  /** Takes over the texts that another tab has stored. @param key a key of the browser's storage that it has changed */
  readonly notice: (key: string) => void;
  /** Stores nothing more in the browser; called when the agent is not signed in any more. */
  readonly stop: () => void;
}

/** The pause after which a draft is saved on the server, milliseconds. */
const PAUSE_MS = 10_000;

/** A draft to be stored on the server. */
export interface ServerDraft {
  readonly text: string;
  readonly mode: Mode;
}

/** A draft as stored on the server. */
export interface SavedDraft extends ServerDraft {
  /** ISO 8601. */
  readonly savedAt: string;
}

/** Saves and reads the drafts that the server stores. */
export interface ServerDrafts {
  /** Saves a draft; null removes it. @returns false when there is no connection; the save is then tried again */
  readonly save: (conversation: string, log: string, draft: ServerDraft | null) => boolean;
  /** Reads a draft. @returns null: there is none */
  readonly read: (conversation: string) => Promise<SavedDraft | null>;
}

/** Creates the drafts of an agent. */
export function createDrafts(agent: string, kept: KeptTexts, server: ServerDrafts): Drafts {
  const store = createStore<ReadonlyMap<string, Draft>>(new Map());
  const unsaved = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const prefix = draftPrefix(agent);
  const keyOf = (conversation: string): string => `${prefix}${conversation}`;
  const readDraft = (conversation: string): Draft | undefined => {
    const value = readKept(kept, keyOf(conversation));
    return isDraft(value) ? value : undefined;
  };

  const save = (conversation?: string): void => {
    for (const id of conversation === undefined ? [...unsaved] : [conversation]) {
      const draft = store.get().get(id);
      if (draft === undefined || !unsaved.has(id)) continue;
      const saving = toServer(draft);
      // A draft that is too long stays in this browser only, because the server ends a connection that sends one.
      if (saving !== null && saving.text.length > MAX_DRAFT) continue;
      if (server.save(id, draft.log, saving)) unsaved.delete(id);
    }
  };
  const read = (conversation: string, log: string): Draft => {
    const known = store.get().get(conversation) ?? readDraft(conversation);
    return known?.log === log ? known : emptyDraft(log, known?.mode ?? "reply");
  };
  return {
    store,
    save,
    read,
    async fetch(conversation, log) {
      const saved = await server.read(conversation).catch(() => null);
      const known = read(conversation, log);
      if (saved === null || known.reply !== "" || known.note !== "") return;
      const { mode, text } = saved;
      const draft = { ...known, mode, [mode]: text, basedOn: 0, savedAt: Date.parse(saved.savedAt) };
      store.change((drafts) => new Map(drafts).set(conversation, draft));
    },
    write(conversation, draft) {
      store.change((drafts) => new Map(drafts).set(conversation, draft));
      if (isStopped) return;
      unsaved.add(conversation);
      clearTimeout(timer);
      timer = setTimeout(() => save(), PAUSE_MS);
      if (draft.reply === "" && draft.note === "") forget(kept, keyOf(conversation));
      else keep(kept, keyOf(conversation), draft, Date.now());
    },
    notice(key) {
      const conversation = key.slice(prefix.length);
      const known = store.get().get(conversation);
      if (!key.startsWith(prefix) || known === undefined) return;
      // Sent or deleted there, it must not be sent from here once more. What is being written here, reply or note,
      // stays.
      const next = readDraft(conversation) ?? emptyDraft(known.log, known.mode);
      store.change((drafts) => new Map(drafts).set(conversation, { ...next, mode: known.mode }));
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Returns the text that the server keeps: that of the chosen mode, or the other one if it is empty; null if both are.
 */
function toServer(draft: Draft): ServerDraft | null {
  const modes = [draft.mode, draft.mode === "reply" ? "note" : "reply"] as const;
  const mode = modes.find((name) => draft[name].trim() !== "");
  return mode === undefined ? null : { text: draft[mode], mode };
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { log, mode, reply, note, basedOn, savedAt }: Readonly<Record<string, unknown>> = { ...value };
  const areTexts = [log, reply, note].every((text) => typeof text === "string");
  const areNumbers = typeof basedOn === "number" && typeof savedAt === "number";
  return areTexts && areNumbers && (mode === "reply" || mode === "note");
}
