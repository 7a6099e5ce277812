/**
 * The open conversation: opens and closes one, reads its rows, and shows those that were read before while they cannot
 * be read.
 */
import { openLog, type OpenLog } from "../model/state.ts";
import { ApiProblem } from "./api.ts";
import { createLogReader, type LogReader, type LogReaderDeps } from "./log-reader.ts";
import { createRecentLogs } from "./recent-logs.ts";

/** The dependencies of the open conversation. */
export interface OpenConversationDeps extends Omit<LogReaderDeps, "onFailed"> {
  /** Returns whether the connection is live. */
  readonly isLive: () => boolean;
}

/** The operations on the open conversation. */
export interface OpenConversation extends LogReader {
  /** Opens a conversation; null closes the open one. */
  readonly open: (conversation: string | null) => void;
  /**
   * Forgets the rows kept for a conversation, because the server has newer ones; not those of the open conversation.
   */
  readonly outdate: (conversation: string) => void;
}

/** Creates the operations; no conversation is open. */
export function createOpenConversation({ isLive, ...deps }: OpenConversationDeps): OpenConversation {
  const { state, send } = deps;
  const recent = createRecentLogs();
  const reader = createLogReader({
    ...deps,
    onFailed(conversation, error) {
      const lost = lossOf(error);
      if (lost !== null) recent.forget(conversation);
      return lost === "erased";
    },
  });

  /** Shows the rows that were read before, if nothing was read since. @returns whether they are shown */
  const recall = (conversation: string, status: "gap" | "failed"): boolean => {
    const kept = recent.find(conversation);
    if (kept === null) return false;
    const recalled = (before: OpenLog): OpenLog => (before.log === null ? { ...kept, status } : before);
    reader.edit(conversation, recalled);
    return true;
  };
  const read = async (conversation: string): Promise<void> => {
    await reader.readNewest(conversation);
    if (state.get().open?.status === "failed") recall(conversation, "failed");
  };

  return {
    ...reader,
    open(conversation) {
      const { open } = state.get();
      if (open !== null) recent.keep(open);
      state.change((before) => ({
        ...before,
        open: conversation === null ? null : openLog(conversation),
        arrived: new Set([...before.arrived].filter((arrived) => arrived !== conversation)),
      }));
      if (conversation === null) send({ type: "shut" });
      // With a gap, the first frame of the next connection makes the page read, and the server checks the right again.
      else if (isLive() || !recall(conversation, "gap")) void read(conversation);
    },
    outdate(conversation) {
      if (state.get().open?.conversation !== conversation) recent.forget(conversation);
    },
  };
}

/** Why the rows of a conversation must no longer be shown. */
type Loss = "erased" | "denied";

/** Returns why a failed read means that the rows read before must no longer be shown; null: they may be shown. */
function lossOf(error: unknown): Loss | null {
  if (!(error instanceof ApiProblem)) return null;
  if (error.code === "gone" || error.code === "conversation_not_found") return "erased";
  return error.status === 403 || error.status === 404 || error.status === 410 ? "denied" : null;
}
