/**
 * The calls about sessions of the desk that the holder of an API key may make. Serving a session (take, reply, park,
 * drafts, presence) belongs to signed-in agents and is not part of the client.
 */
import { read } from "./answers.ts";
import type { Call, CallApi } from "./transport.ts";
import type {
  ClosedSessionList,
  Commanded,
  CommandOptions,
  ListOptions,
  ClosePreview,
  NamedSession,
  Noted,
  NoteInput,
  NoteOptions,
  OpenSessionList,
  OpenView,
  Rebuilt,
  Result,
  TransferOptions,
  TransferTarget,
} from "./types.ts";
import { JSON_BODY, keyedHeaders } from "./write.ts";

/** Further fields of a command. */
type Fields = Readonly<Record<string, unknown>>;

/** Creates the methods for sessions of the desk. */
export function createDeskCalls(call: CallApi) {
  const command = (name: string, session: NamedSession, { id, ...more }: CommandOptions & Fields) => {
    const { conversation, log, version } = session;
    const commandId = id ?? crypto.randomUUID();
    const body = JSON.stringify({ id: commandId, log, session: session.session.seq, version, ...more });
    const path: Call["path"] = ["conversations", { conversation }, name];
    return call({ method: "POST", path, headers: JSON_BODY, body, isOfDeployment: true }, read.commanded);
  };

  return {
    /** Returns a page of a list of open sessions. `next` is the `after` of the following page. */
    sessions(view: OpenView, query: ListOptions = {}): Promise<Result<OpenSessionList>> {
      const { order, q, after, limit } = query;
      const path = ["conversations"];
      return call(
        { method: "GET", path, query: { view, order, q, after, limit }, isOfDeployment: true },
        read.openSessions,
      );
    },

    /** Returns a page of the sessions that have ended, newest first. */
    closedSessions({ after, limit }: Pick<ListOptions, "after" | "limit"> = {}): Promise<Result<ClosedSessionList>> {
      const query = { view: "closed", after, limit };
      return call({ method: "GET", path: ["conversations"], query, isOfDeployment: true }, read.closedSessions);
    },

    /**
     * Transfers a session to an agent, who must be online, in the session's team and below the capacity, or to the
     * queue of a team.
     *
     * @param session a row of `sessions`: when the session has changed since, the call is refused
     */
    transferSession(
      session: NamedSession,
      to: TransferTarget,
      options: TransferOptions = {},
    ): Promise<Result<Commanded>> {
      return command("transfer", session, { to, ...options });
    },

    /**
     * Closes a session. `stale` when the user has written after `seenSeq`, `sending` or `held` while messages are being
     * sent or held.
     *
     * @param session a row of `sessions`
     * @param seenSeq the seq of the newest row that was read
     */
    closeSession(session: NamedSession, seenSeq: number, options: CommandOptions = {}): Promise<Result<Commanded>> {
      return command("close", session, { seenSeq, ...options });
    },

    /** Returns what closing a session of a user would send to the user; it is sent only if a send is left. */
    closePreview(id: string): Promise<Result<ClosePreview>> {
      return call({ method: "GET", path: ["conversations", { id }, "close"] }, read.closePreview);
    },

    /** Writes a note for the agents of the desk; it is never sent to the user. */
    async addNote(id: string, note: NoteInput, { idempotencyKey }: NoteOptions = {}): Promise<Result<Noted>> {
      const headers = keyedHeaders(idempotencyKey);
      if (!headers.ok) return headers;
      const path: Call["path"] = ["conversations", { id }, "notes"];
      return call({ method: "POST", path, headers: headers.value, body: JSON.stringify(note) }, read.noted);
    },

    /**
     * Asks the next 100 conversations for their state, to repair the lists of the desk. Call it with `next` of the
     * answer until that is null; when `failed` is not 0, repeat the call with the same cursor.
     */
    rebuildDesk(cursor: string | null = null): Promise<Result<Rebuilt>> {
      const body = JSON.stringify({ cursor });
      const path = ["desk", "rebuild"];
      return call({ method: "POST", path, headers: JSON_BODY, body, isOfDeployment: true }, read.rebuilt);
    },
  };
}
