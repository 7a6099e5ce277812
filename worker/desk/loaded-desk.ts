/**
 * The desk of one instance of the object: loads the stored state, resumes it, and provides the methods of the
 * object and those for its sockets. Loaded by `import()` when the object is constructed.
 */
import type { Ownership } from "../../shared/api/desk/rights.ts";
import { generationOf } from "../conversation/core/log-id.ts";
import { NO_SESSION } from "../conversation/core/session/session.ts";
import type { CommandChange, SeenInput, Snapshot } from "../conversation/session/rpc.ts";
import { writeLog } from "../platform/logger.ts";
import type { TextSealer } from "../platform/sealed-text.ts";
import { createDeskActs } from "./acts.ts";
import { createDeskAgents, type DeskAgents } from "./agents.ts";
import { toSnapshot } from "./ask.ts";
import { ownershipIn, ownershipOf } from "./core/entry.ts";
import { closeSocket, disconnect, openSocket, runAlarm, wake } from "./core/presence.ts";
import { authorizeReply } from "./core/requests.ts";
import { applyErasure, applyNotification, applyRead } from "./core/snapshot.ts";
import { erasedGeneration, type Socket } from "./core/state.ts";
import { createLineTexts, keepReport, keepWindow } from "./details.ts";
import { createDrafts, DRAFT_MS, type Drafts } from "./drafts.ts";
import { createDeskLists, type DeskLists } from "./lists.ts";
import type { ActOutcome, ConversationReport, DeskAct, DeskRpc } from "./rpc.ts";
import { createRunner, type DeskRunner, type RunnerDeps } from "./runner.ts";
import type { DeskStore } from "./stored-desk.ts";
import type { CloseReason, DeskWatcher } from "./watcher.ts";

/** The text instead of a transfer's note that can no longer be opened. */
const UNREADABLE_NOTE = "（转接备注已无法读取 / the note of the transfer can no longer be read）";

/** The injected dependencies. */
export interface DeskHost extends Pick<
  RunnerDeps,
  "settings" | "now" | "setAlarm" | "waitUntil" | "command" | "snapshot" | "terms"
> {
  readonly store: DeskStore;
  readonly watcher: DeskWatcher;
  /** Records in a conversation that an agent has read its rows; null: the log is another one, or was erased. */
  readonly seen: (conversation: string, input: SeenInput) => Promise<Snapshot | null>;
  /** Returns the change that a command of the last 24 hours made in a log of a conversation; null: none. */
  readonly change: (conversation: string, log: string, command: string) => Promise<CommandChange | null>;
  /** The id of this instance of the object: a page that names another one gets complete lists. */
  readonly epoch: string;
  /** Undefined without DATA_KEY: texts are neither stored nor shown. */
  readonly sealer: TextSealer | undefined;
  /** The attached sockets by id; they remain attached when the object is evicted. */
  readonly attached: ReadonlyMap<string, Socket>;
  /** Returns when each socket last sent a ping, epoch ms, by its id. */
  readonly pings: () => ReadonlyMap<string, number>;
}

/** The methods of a loaded desk. */
export interface LoadedDesk {
  readonly runner: DeskRunner;
  readonly agents: DeskAgents;
  readonly lists: DeskLists;
  readonly drafts: Drafts;
  readonly act: (act: DeskAct) => Promise<ActOutcome>;
  readonly notify: (conversation: string, report: ConversationReport) => void;
  readonly confirmErased: (conversation: string, generation: number) => void;
  /** Applies a state that was read from a conversation; like an answer, it is never treated as possibly late. */
  readonly applyRead: (conversation: string, report: ConversationReport) => void;
  readonly maySee: DeskRpc["maySee"];
  readonly authorizeReply: DeskRpc["authorizeReply"];
  readonly seen: DeskRpc["seen"];
  readonly saveDraft: (...args: Parameters<DeskRpc["saveDraft"]>) => void;
  readonly alarm: () => void;
  /** Reads the settings again; when they have changed, every session is examined. Never rejects. */
  readonly followSettings: () => Promise<void>;
  /** Records that a page connected. */
  readonly openSocket: (socket: string, agent: string) => void;
  /** Records that a page disconnected. */
  readonly closeSocket: (socket: string) => void;
  /** Closes the pages of an agent. */
  readonly closeSockets: (agent: string, reason: CloseReason) => void;
}

/** Deletes expired drafts, loads the stored desk and starts it with the attached sockets. */
export function loadStoredDesk(host: DeskHost): LoadedDesk {
  const { store, sealer, now } = host;
  store.deleteDraftsBefore(now() - DRAFT_MS);
  const stored = store.load();
  const texts = createLineTexts(sealer);
  const drafts = createDrafts(store, stored.drafts, sealer);
  const noteAt = (command: string) => ({ place: "desk:notes", row: command });
  const runner = createRunner(stored, host.epoch, {
    ...host,
    openNote(command, sealed) {
      if (sealed === null) return undefined;
      const opened = sealer?.open(noteAt(command), sealed);
      if (opened?.ok === true) return opened.value;
      // DATA_KEY was replaced after the agent's request: the next agent must know that there was a note.
      writeLog("desk_note_unreadable", {});
      return UNREADABLE_NOTE;
    },
  });
  const { run, read } = runner;
  const lists = createDeskLists(runner, { texts, drafts, now });
  /** Returns the ownership of the newest session; reads it from the conversation when the desk has no open one. */
  const findOwner = async (conversation: string): Promise<Ownership> => {
    const entry = runner.desk.tables.entries.values.get(conversation);
    return entry === undefined
      ? ownershipIn((await host.snapshot(conversation))?.session ?? NO_SESSION)
      : ownershipOf(entry);
  };
  run((draft) => wake(draft, host.attached));
  return {
    runner,
    agents: createDeskAgents(runner),
    lists,
    drafts,
    act: createDeskActs(runner, lists, {
      sealNote: (command, note) => sealer?.seal(noteAt(command), note) ?? null,
      change: host.change,
    }),
    notify(conversation, report) {
      const { snapshot } = report;
      run((draft, details) => {
        applyNotification(draft, conversation, toSnapshot(snapshot));
        keepReport(draft, details, conversation, report, texts);
      });
      drafts.erase(conversation, generationOf(snapshot.log) - 1);
      host.watcher.onRows(conversation, report);
    },
    confirmErased(conversation, generation) {
      run((draft) => applyErasure(draft, conversation, generation));
      drafts.erase(conversation, generation);
      host.watcher.onErased(conversation, generation);
    },
    applyRead(conversation, report) {
      run((draft, details) => {
        applyRead(draft, conversation, toSnapshot(report.snapshot));
        keepReport(draft, details, conversation, report, texts);
      });
    },
    maySee: async (agent, conversation) => lists.maySee(agent, conversation, await findOwner(conversation)),
    async authorizeReply(agent, conversation) {
      const owner = await findOwner(conversation);
      return read((draft) => authorizeReply(draft, { agent, conversation }, owner));
    },
    async seen(agent, conversation, input) {
      const session = runner.desk.tables.entries.values.get(conversation)?.session;
      if (session?.status !== "serving" || session.assignee !== agent) return true;
      const snapshot = await host.seen(conversation, input);
      if (snapshot === null) return false;
      run((draft, details) => {
        applyRead(draft, conversation, toSnapshot(snapshot));
        keepWindow(draft, details, conversation, snapshot);
      });
      return true;
    },
    saveDraft(agent, conversation, log, draft) {
      const erased = erasedGeneration(runner.desk.tables.tombstones.values, conversation);
      if (draft === null || generationOf(log) > erased) drafts.save(agent, conversation, log, draft, now());
    },
    alarm() {
      // Called before the decision, because it closes sockets that are open too long, each by a decision of its own.
      const pings = host.pings();
      run((draft) => runAlarm(draft, pings), "timed_out");
    },
    async followSettings() {
      if (!(await host.settings.refresh())) return;
      run((draft) => {
        draft.isWhole = true;
      });
    },
    openSocket: (socket, agent) => void run((draft) => openSocket(draft, socket, agent)),
    closeSocket: (socket) => void run((draft) => closeSocket(draft, socket)),
    closeSockets: (agent, reason) => void run((draft) => disconnect(draft, agent), reason),
  };
}
