/**
 * Reads the rows of the open conversation by HTTP: the newest ones, those that the socket did not deliver, and older ones.
 * At most one read for each purpose runs at a time.
 */
import type { PageFrame } from "../../shared/api/socket.ts";
import { addOlder, fillGap, PAGE_ROWS, startRows, type LogPage } from "../model/log.ts";
import { openLog, type DeskState, type OpenLog } from "../model/state.ts";

/** Which rows are read: those before a seq, the newest ones, or those after a seq. */
export type ReadAt = { readonly before: number | "end" } | { readonly after: number; readonly log: string };

/** The dependencies of the reader. */
export interface LogReaderDeps {
  /** The part of a `Store` that is used, without its hook. */
  readonly state: {
    readonly get: () => DeskState;
    readonly change: (change: (value: DeskState) => DeskState) => void;
  };
  /** Reads a page of a log. Rejects when the page cannot be read. */
  readonly readLog: (conversation: string, at: ReadAt, limit: number) => Promise<LogPage>;
  /** Called when a read has failed. @returns whether the conversation or the log was erased. Absent: it never is */
  readonly onFailed?: (conversation: string, error: unknown) => boolean;
  readonly send: (frame: PageFrame) => void;
  /** Called after the newest rows were read. */
  readonly onNewest?: () => void;
  /** Called after missing rows were read. */
  readonly onFilled?: () => void;
}

/** The operations of the reader. */
export interface LogReader {
  /** Changes the open conversation, unless another one was opened in the meantime. */
  readonly edit: (conversation: string, change: (open: OpenLog) => OpenLog) => void;
  readonly readNewest: (conversation: string) => Promise<void>;
  readonly readOlder: () => Promise<void>;
  /** Reads the open conversation again after a failure. */
  readonly readAgain: () => void;
  /** Subscribes to the open conversation on a new connection. */
  readonly subscribe: () => void;
  /** Reads the rows that are missing according to the frames, and a conversation that exists again after its erasure. */
  readonly catchUp: () => void;
}

/** Creates the reader. */
export function createLogReader({ state, readLog, onFailed, send, onNewest, onFilled }: LogReaderDeps): LogReader {
  const reading = new Set<string>();
  /** The logs that were erased while their conversation was open, by conversation; undefined: the page knew no log. */
  const erased = new Map<string, string | undefined>();

  const edit = (conversation: string, change: (open: OpenLog) => OpenLog): void =>
    state.change((before) =>
      before.open?.conversation === conversation ? { ...before, open: change(before.open) } : before,
    );
  const read = async (purpose: string, conversation: string, load: () => Promise<void>): Promise<void> => {
    const key = `${purpose} ${conversation}`;
    if (reading.has(key)) return;
    reading.add(key);
    const { open, rows } = state.get();
    // The log as known before the read: by its end the list may have a new log of the same user.
    const log = open?.log ?? rows.get(conversation)?.log;
    try {
      await load();
    } catch (error) {
      const isErased = onFailed?.(conversation, error) === true;
      if (isErased) erased.set(conversation, log);
      edit(conversation, (before) =>
        isErased ? { ...openLog(conversation), status: "erased" } : { ...before, status: "failed" },
      );
    } finally {
      reading.delete(key);
    }
    readNewLog();
  };
  const readNewest = (conversation: string): Promise<void> =>
    read("newest", conversation, async () => {
      const newest = await readLog(conversation, { before: "end" }, PAGE_ROWS);
      edit(conversation, (open) => startRows(open, newest));
      onNewest?.();
      const { open } = state.get();
      if (open?.conversation === conversation && open.log !== null) send(openFrame(open, open.log));
    });
  /** After an erasure, reads the open conversation again once the list has another log of it: the user has written. */
  const readNewLog = (): void => {
    const { open, rows } = state.get();
    const listed = open?.status === "erased" ? rows.get(open.conversation) : undefined;
    if (listed === undefined || listed.log === erased.get(listed.conversation)) return;
    edit(listed.conversation, () => openLog(listed.conversation));
    void readNewest(listed.conversation);
  };
  const readGap = (conversation: string): Promise<void> =>
    read("gap", conversation, async () => {
      for (;;) {
        const { open } = state.get();
        if (open?.conversation !== conversation || open.status !== "gap" || open.log === null) return;
        const missing = await readLog(conversation, { after: open.to, log: open.log }, PAGE_ROWS);
        edit(conversation, (before) => fillGap(before, missing));
        onFilled?.();
      }
    });

  return {
    edit,
    readNewest,
    async readOlder() {
      const { open } = state.get();
      const first = open?.rows[0];
      if (open === null || first === undefined || !open.hasOlder) return;
      const { conversation } = open;
      await read("older", conversation, async () => {
        const older = await readLog(conversation, { before: first.seq }, PAGE_ROWS);
        edit(conversation, (before) => addOlder(before, older));
      });
    },
    readAgain() {
      const { open } = state.get();
      if (open?.status !== "failed" && open?.status !== "erased") return;
      edit(open.conversation, (before) => ({ ...before, status: before.log === null ? "loading" : "gap" }));
      void (open.log === null ? readNewest(open.conversation) : readGap(open.conversation));
    },
    subscribe() {
      const { open } = state.get();
      if (open === null) return;
      if (open.log === null) void readNewest(open.conversation);
      else {
        send(openFrame(open, open.log));
        if (open.status !== "failed") return;
        edit(open.conversation, (before) => ({ ...before, status: "gap" }));
        void readGap(open.conversation);
      }
    },
    catchUp() {
      const { open } = state.get();
      if (open?.status === "gap") void readGap(open.conversation);
      if (open?.status === "loading" && open.log === null) void readNewest(open.conversation);
      readNewLog();
    },
  };
}

function openFrame({ conversation, to }: OpenLog, log: string): PageFrame {
  return { type: "open", conversation, log, after: to };
}
