/**
 * The unsent texts of agents, one per agent and conversation, sealed. They are deleted with their log, or after 30 days
 * when the desk is next loaded.
 */
import { generationOf } from "../conversation/core/log-id.ts";
import type { SealedPlace, TextSealer } from "../platform/sealed-text.ts";
import type { Draft } from "./rpc.ts";
import type { DeskStore } from "./stored-desk.ts";

/** How long a draft is kept, milliseconds. */
export const DRAFT_MS = 30 * 24 * 3_600_000;
/** The maximum number of drafts of one agent; a further one replaces the oldest. */
export const MAX_DRAFTS = 200;

/** A draft, as stored. A type, not an interface: SQL rows must fit Record<string, SqlStorageValue>. */
export type StoredDraft = {
  readonly agent: string;
  readonly conversation: string;
  readonly log: string;
  readonly mode: Draft["mode"];
  readonly sealed: string;
  /** When the draft was saved, epoch ms. */
  readonly at: number;
};

/** The drafts of all agents. */
export interface Drafts {
  readonly has: (agent: string, conversation: string) => boolean;
  /** Returns the draft; null when there is none, or its text cannot be opened. */
  readonly find: (agent: string, conversation: string) => Draft | null;
  /** Stores a draft; null deletes it. Without DATA_KEY nothing is stored. */
  readonly save: (
    agent: string,
    conversation: string,
    log: string,
    draft: Pick<Draft, "text" | "mode"> | null,
    at: number,
  ) => void;
  /** Deletes the drafts of a conversation's generations up to this one. */
  readonly erase: (conversation: string, generation: number) => void;
}

/** Creates the drafts of all agents from the stored ones. */
export function createDrafts(
  store: Pick<DeskStore, "saveDraft" | "deleteDraft">,
  stored: readonly StoredDraft[],
  sealer: TextSealer | undefined,
): Drafts {
  /** The drafts of each agent by conversation, the oldest first; and the agents with a draft, by conversation. */
  const byAgent = new Map<string, Map<string, StoredDraft>>();
  const agentsOf = new Map<string, Set<string>>();
  const keep = (draft: StoredDraft): void => {
    const { agent, conversation } = draft;
    const own = byAgent.get(agent) ?? new Map<string, StoredDraft>();
    // A map keeps the place of a key that is set again.
    own.delete(conversation);
    byAgent.set(agent, own.set(conversation, draft));
    agentsOf.set(conversation, (agentsOf.get(conversation) ?? new Set()).add(agent));
  };
  for (const draft of stored.toSorted((one, other) => one.at - other.at)) keep(draft);
  const remove = (agent: string, conversation: string): void => {
    const own = byAgent.get(agent);
    if (own?.has(conversation) !== true) return;
    store.deleteDraft(agent, conversation);
    own.delete(conversation);
    if (own.size === 0) byAgent.delete(agent);
    const agents = agentsOf.get(conversation);
    agents?.delete(agent);
    if (agents?.size === 0) agentsOf.delete(conversation);
  };
  return {
    has: (agent, conversation) => byAgent.get(agent)?.has(conversation) === true,
    find(agent, conversation) {
      const kept = byAgent.get(agent)?.get(conversation);
      const opened = kept && sealer?.open(placeOf(agent, conversation), kept.sealed);
      if (kept === undefined || opened?.ok !== true) return null;
      const { log, mode, at } = kept;
      return { log, mode, savedAt: at, text: opened.value };
    },
    save(agent, conversation, log, draft, at) {
      if (draft === null) {
        remove(agent, conversation);
        return;
      }
      if (sealer === undefined) return;
      const sealed = sealer.seal(placeOf(agent, conversation), draft.text);
      const kept = { agent, conversation, log, mode: draft.mode, sealed, at };
      store.saveDraft(kept);
      keep(kept);
      const own = byAgent.get(agent) ?? new Map<string, StoredDraft>();
      for (const oldest of own.keys()) {
        if (own.size <= MAX_DRAFTS) break;
        remove(agent, oldest);
      }
    },
    erase(conversation, generation) {
      for (const agent of agentsOf.get(conversation) ?? []) {
        const { log } = byAgent.get(agent)?.get(conversation) ?? {};
        if (log !== undefined && generationOf(log) <= generation) remove(agent, conversation);
      }
    },
  };
}

function placeOf(agent: string, conversation: string): SealedPlace {
  return { place: "desk:drafts", row: `${agent}:${conversation}` };
}
