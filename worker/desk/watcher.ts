/** Callbacks for changes at the desk, used for the sockets of its pages. */
import type { ConversationReport } from "./rpc.ts";

/** Why the desk closes a socket. */
export type CloseReason = "signed_out" | "rights_changed" | "timed_out";

/** Callbacks that run after the rows are stored, and must not throw. */
export interface DeskWatcher {
  /** Called when the session lists or the agents have changed, so that frames must be sent. */
  readonly onChange: (changed: { readonly lists: boolean; readonly people: boolean }) => void;
  /** Called when a conversation has new rows. */
  readonly onRows: (conversation: string, report: ConversationReport) => void;
  /** Called when a conversation was erased up to this generation. */
  readonly onErased: (conversation: string, generation: number) => void;
  /** Called when a socket must be closed. */
  readonly onClose: (socket: string, reason: CloseReason) => void;
}
