/** The conversations that were open last, so that they can be read again without a connection. In memory only. */
import type { OpenLog } from "../model/state.ts";

/** The number of conversations that are kept. */
const MAX_KEPT = 10;

/** Keeps conversations that were open. */
export interface RecentLogs {
  /** Keeps a conversation that the agent leaves; one that was never read is not kept. */
  readonly keep: (open: OpenLog) => void;
  /** Returns the rows as last shown, to be continued after their last one; null: they are not kept. */
  readonly find: (conversation: string) => OpenLog | null;
  readonly forget: (conversation: string) => void;
}

/** Creates an empty collection. */
export function createRecentLogs(): RecentLogs {
  const logs = new Map<string, OpenLog>();
  return {
    keep(open) {
      if (open.status === "erased") logs.delete(open.conversation);
      if (open.log === null) return;
      logs.delete(open.conversation);
      logs.set(open.conversation, { ...open, status: "ready", newFrom: null, viewing: [], typing: [] });
      for (const oldest of [...logs.keys()].slice(0, -MAX_KEPT)) logs.delete(oldest);
    },
    find: (conversation) => logs.get(conversation) ?? null,
    forget: (conversation) => void logs.delete(conversation),
  };
}
