/** The loaded desk with its sockets in memory: the test controls storage, clock, timers and sockets. */
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { readServerFrames, type PageFrame, type ServerFrame } from "../../shared/api/socket.ts";
import type { Effect } from "../../worker/desk/core/desk.ts";
import type { StoredRow } from "../../worker/desk/core/state.ts";
import type { Details } from "../../worker/desk/details.ts";
import type { StoredDraft } from "../../worker/desk/drafts.ts";
import { loadStoredDesk, type LoadedDesk } from "../../worker/desk/loaded-desk.ts";
import type { ConversationReport } from "../../worker/desk/rpc.ts";
import type { Attachment, PageSocket } from "../../worker/desk/socket/connection.ts";
import { createDeskSockets } from "../../worker/desk/socket/sockets.ts";
import type { DeskSockets } from "../../worker/desk/socket/types.ts";
import type { DeskStore } from "../../worker/desk/stored-desk.ts";
import { constantSettings } from "./desk-settings.ts";

/** The page's end of a socket. */
export interface PageEnd {
  readonly id: string;
  /** What the server has sent and the page has not received yet. */
  readonly sent: string[];
  attachment: Attachment | undefined;
  pingedAt: number;
  isOpen: boolean;
  code: number | null;
}

/** A desk whose storage, clock, timers and sockets the test controls. */
export class DeskMemory {
  now = 1_764_500_000_000;
  readonly ends = new Map<string, PageEnd>();
  /** Timers that were set and have not run. */
  timers: { readonly at: number; readonly run: () => void }[] = [];
  #soon: (() => void)[] = [];
  readonly #rows = new Map<string, StoredRow>();
  readonly #details = new Map<string, Details>();
  #drafts: StoredDraft[] = [];
  readonly #reports = new Map<string, ConversationReport>();
  #count = 0;
  desk: LoadedDesk;
  sockets: DeskSockets;

  constructor() {
    ({ desk: this.desk, sockets: this.sockets } = this.#load());
  }

  /** Evicts the object and constructs it again; sockets stay attached. */
  evict(): void {
    this.timers = [];
    this.#soon = [];
    ({ desk: this.desk, sockets: this.sockets } = this.#load());
    this.settle();
  }

  /** Runs the work scheduled after the current turn. */
  settle(): void {
    for (let run = this.#soon.shift(); run !== undefined; run = this.#soon.shift()) run();
  }

  /** Advances the clock; timers that are due run in their order. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.run();
      this.settle();
    }
    this.now = until;
  }

  /** Connects a page. */
  connect(agent: string, signIn = "s1"): PageEnd {
    this.#count += 1;
    const end: PageEnd = {
      id: `socket-${this.#count}`,
      sent: [],
      attachment: undefined,
      pingedAt: 0,
      isOpen: true,
      code: null,
    };
    this.ends.set(end.id, end);
    this.sockets.accept(this.#toSocket(end), agent, signIn);
    this.settle();
    return end;
  }

  /** Sends a frame from a page. */
  say(end: PageEnd, frame: PageFrame): void {
    this.sockets.receive(end.id, JSON.stringify(frame));
    this.settle();
  }

  /** Breaks the connection of a page, and notifies the desk. */
  cut(end: PageEnd): void {
    end.isOpen = false;
    this.sockets.closed(end.id);
    this.settle();
  }

  /** Returns and removes the frames that the page has received. */
  received(end: PageEnd): readonly ServerFrame[] {
    return end.sent.splice(0).flatMap(readServerFrames);
  }

  /** Reports to the desk as a conversation does. */
  report(conversation: string, report: ConversationReport): void {
    this.#reports.set(conversation, report);
    this.desk.notify(conversation, report);
    this.settle();
  }

  /** Returns a list as the HTTP route does. */
  list(agent: string, view: Parameters<LoadedDesk["lists"]["list"]>[1]["view"]): readonly DeskRow[] {
    return this.desk.lists.list(agent, { view, order: "waiting", limit: 1_000 }).rows;
  }

  #load(): { readonly desk: LoadedDesk; readonly sockets: DeskSockets } {
    const open = [...this.ends.values()].filter(({ isOpen }) => isOpen);
    const sockets = createDeskSockets({
      now: () => this.now,
      soon: (run) => void this.#soon.push(run),
      later: (ms, run) => void this.timers.push({ at: this.now + ms, run }),
      waitUntil: () => {},
      sockets: () => open.map((end) => this.#toSocket(end)),
    });
    this.#count += 1;
    const { attached, pings, watcher } = sockets;
    const desk = loadStoredDesk({
      attached,
      pings,
      watcher,
      store: this.#store(),
      settings: constantSettings(),
      epoch: `epoch-${this.#count}`,
      sealer: undefined,
      now: () => this.now,
      setAlarm: () => {},
      waitUntil: () => {},
      command: () => new Promise(() => {}),
      snapshot: async (conversation) => this.#reports.get(conversation)?.snapshot ?? null,
      change: async () => null,
      seen: async (conversation) => this.#reports.get(conversation)?.snapshot ?? null,
      terms: async () => undefined,
    });
    sockets.start(desk);
    return { desk, sockets };
  }

  #toSocket(end: PageEnd): PageSocket {
    return {
      id: end.id,
      send: (text) => {
        if (!end.isOpen) throw new TypeError("the socket is closed");
        end.sent.push(text);
      },
      close: (code) => {
        end.isOpen = false;
        end.code = code;
      },
      keep: (attachment) => {
        end.attachment = attachment;
      },
      attached: () => end.attachment,
      pingedAt: () => end.pingedAt,
      isOpen: () => end.isOpen,
    };
  }

  #store(): DeskStore {
    return {
      load: () => ({ rows: [...this.#rows.values()], details: new Map(this.#details), drafts: this.#drafts }),
      write: (effects: readonly Effect[], detailsOf) => {
        for (const effect of effects) {
          if (effect.type === "store") {
            const { table, key } = effect.row;
            this.#rows.set(`${table} ${key}`, structuredClone(effect.row));
            const details = table === "entries" ? detailsOf(key) : undefined;
            if (details !== undefined) this.#details.set(key, structuredClone(details));
          }
          if (effect.type === "delete") this.#rows.delete(`${effect.table} ${effect.key}`);
        }
      },
      saveDraft: (draft) => {
        this.#drafts = [...this.#drafts.filter((kept) => !isSameDraft(kept, draft)), draft];
      },
      deleteDraft: (agent, conversation) => {
        this.#drafts = this.#drafts.filter((kept) => !isSameDraft(kept, { agent, conversation }));
      },
      deleteDraftsBefore: () => {},
    };
  }
}

function isSameDraft(
  one: Pick<StoredDraft, "agent" | "conversation">,
  other: Pick<StoredDraft, "agent" | "conversation">,
): boolean {
  return one.agent === other.agent && one.conversation === other.conversation;
}
