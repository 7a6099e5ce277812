/** Callbacks for changes at the desk, used for the sockets of its pages. */
import type { ConversationReport } from "./rpc.ts";

/** Why the desk closes a socket. */
export type CloseReason = "signed_out" | "rights_changed" | "timed_out";

/** Each runs after the rows are stored, and must not throw. */
export interface DeskWatcher {
  /** Lists or people changed: frames are due. */
  readonly onChange: (changed: { readonly lists: boolean; readonly people: boolean }) => void;
  /** A conversation has new rows. */
  readonly onRows: (conversation: string, report: ConversationReport) => void;
  /** A conversation was erased up to this generation. */
  readonly onErased: (conversation: string, generation: number) => void;
  /** A socket is to be closed. */
  readonly onClose: (socket: string, reason: CloseReason) => void;
}
