/**
 * Runs the decisions of the desk: stores their rows, sets the alarm, applies them, then calls conversations. Everything
 * before the calls happens without an await, so that the runtime stores it atomically; it sends no call and no response
 * before that is stored (docs/design/0025-desk.md).
 */
import type { DeskTerms } from "../conversation/core/session/service.ts";
import type { CommandAnswer, CommandInput, Snapshot } from "../conversation/session/rpc.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { toAnswer, toCommandInput, type AskTexts } from "./ask.ts";
import type { DeskCommand } from "./core/command.ts";
import { transact, type Effect } from "./core/desk.ts";
import { applyAnswer } from "./core/snapshot.ts";
import { loadDesk, openDraft, type Desk, type Draft } from "./core/state.ts";
import { commitTable, createTable, draftTable, type TableDraft } from "./core/table.ts";
import { dropDetails, keepWindow, type Details } from "./details.ts";
import type { DeskSettingsSource } from "./settings.ts";
import type { DeskStore, StoredDesk } from "./stored-desk.ts";
import type { CloseReason, DeskWatcher } from "./watcher.ts";

/**
 * The maximum number of calls after one decision; a request may make 1,000. The alarm makes the remaining ones when
 * their repeat interval has passed.
 */
const MAX_ASKS = 500;

/** The injected dependencies. */
export interface RunnerDeps extends Pick<AskTexts, "openNote"> {
  readonly store: Pick<DeskStore, "write">;
  readonly settings: DeskSettingsSource;
  readonly watcher: Pick<DeskWatcher, "onChange" | "onClose">;
  readonly now: () => number;
  /** Sets the alarm, epoch ms. Not awaited: the runtime sends nothing before the alarm is stored. */
  readonly setAlarm: (at: number) => void;
  /** Keeps the object alive. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Runs a command of the desk in a conversation, without a lease. Idempotent by its id. */
  readonly command: (conversation: string, input: CommandInput) => Promise<CommandAnswer>;
  /** Reads the state of a conversation; null: it has no log. */
  readonly snapshot: (conversation: string) => Promise<Snapshot | null>;
  /** Returns the settings of an account's service; undefined when they cannot be read. Never rejects. */
  readonly terms: (account: string | undefined) => Promise<DeskTerms | undefined>;
}

/** The result of a decision that was applied. */
export interface Ran<Value> {
  readonly value: Value;
  /**
   * The answers to the decision's calls, by command id; null: no answer, or it could not be applied. Calls beyond
   * `MAX_ASKS` have no entry. The promises never reject.
   */
  readonly answers: ReadonlyMap<string, Promise<CommandAnswer | null>>;
}

/** Runs the decisions of one instance of the object. */
export interface DeskRunner {
  readonly desk: Desk;
  /** Runs a decision: stores its rows, applies it and calls the conversations that it asks. */
  readonly run: <Value>(
    decide: (draft: Draft, details: TableDraft<Details>) => Value,
    closeReason?: CloseReason,
  ) => Ran<Value>;
  /** Computes a value from the current state without changing it. */
  readonly read: <Value>(compute: (draft: Draft) => Value) => Value;
  readonly detailsOf: (conversation: string) => Details | undefined;
}

/**
 * Creates the runner, with the stored state.
 *
 * @param epoch the id of this instance of the object
 */
export function createRunner(
  stored: Pick<StoredDesk, "rows" | "details">,
  epoch: string,
  deps: RunnerDeps,
): DeskRunner {
  const { store, settings, watcher, now } = deps;
  const desk = loadDesk(stored.rows, { now: now(), epoch });
  const kept = createTable<Details>();
  commitTable(kept, stored.details);
  const settingsIn = (details: Pick<TableDraft<Details>, "get">) => (conversation: string) =>
    settings.of(details.get(conversation)?.contact?.account);

  function run<Value>(
    decide: (draft: Draft, details: TableDraft<Details>) => Value,
    closeReason: CloseReason = "rights_changed",
  ): Ran<Value> {
    const details = draftTable(kept);
    let draft: Draft | undefined;
    const { value, effects, commit } = transact(desk, { now: now(), settingsOf: settingsIn(details) }, (opened) => {
      draft = opened;
      return decide(opened, details);
    });
    if (draft !== undefined) dropDetails(draft, details);
    store.write(effects, details.get);
    for (const effect of effects) if (effect.type === "alarm") deps.setAlarm(effect.at);
    commit();
    commitTable(kept, details.changes);
    const answers = askAll(effects);
    for (const effect of effects) {
      if (effect.type === "close_socket") watcher.onClose(effect.socket, closeReason);
      if (effect.type === "notify") watcher.onChange({ lists: effect.lists, people: effect.people });
    }
    return { value, answers };
  }

  function askAll(effects: readonly Effect[]): Ran<unknown>["answers"] {
    const asks = effects.filter((effect) => effect.type === "ask");
    const answers = new Map<string, Promise<CommandAnswer | null>>();
    for (const { conversation, command } of asks.slice(0, MAX_ASKS)) {
      const answer = ask(conversation, command);
      deps.waitUntil(answer);
      answers.set(command.id, answer);
    }
    return answers;
  }

  /** Calls a conversation, applies its answer and returns it; null without an answer: the alarm repeats the call. */
  async function ask(conversation: string, command: DeskCommand): Promise<CommandAnswer | null> {
    try {
      const answer = await call(conversation, command);
      run((draft, details) => {
        applyAnswer(draft, conversation, command, toAnswer(answer));
        if (answer.snapshot !== undefined) keepWindow(draft, details, conversation, answer.snapshot);
      });
      return answer;
    } catch (error) {
      writeLog("desk_question_failed", { command: command.type, error: errorName(error) });
      return null;
    }
  }

  async function call(conversation: string, command: DeskCommand): Promise<CommandAnswer> {
    if (command.type === "snapshot") {
      const snapshot = await deps.snapshot(conversation);
      return snapshot === null ? { ok: false, refusal: { reason: "gone" } } : { ok: true, snapshot };
    }
    const account = kept.values.get(conversation)?.contact?.account;
    const terms = await deps.terms(account);
    const input = toCommandInput(command, {
      openNote: deps.openNote,
      said: (name) => settings.said(account, name),
      end: () => settings.end(account),
    });
    return deps.command(conversation, terms === undefined ? input : { ...input, desk: terms });
  }

  return {
    desk,
    run,
    read: (compute) => compute(openDraft(desk, { now: now(), settingsOf: settingsIn(kept.values) })),
    detailsOf: (conversation) => kept.values.get(conversation),
  };
}
