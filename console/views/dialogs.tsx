/** The dialogs of a session: transfer, park, close. Each states the effect before it is confirmed. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { useStore } from "../client/store.ts";
import { findTransferObstacle, type TransferObstacle } from "../model/rights.ts";
import type { DeskState } from "../model/state.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { Sheet } from "../ui/sheet.tsx";
import { fill } from "../ui/text.ts";
import { ClosePreviewText } from "./close-preview.tsx";
import { nameOf, useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { AgentAvatar, presenceName } from "./parts.tsx";
import { Problem } from "./problem.tsx";

interface DialogProps {
  readonly row: ShownDeskRow;
  readonly state: DeskState;
  readonly onClose: () => void;
  /** Runs a command; the dialog closes when it succeeds. @returns why it failed, in words; null: it succeeded */
  readonly onAct: (
    name: "transfer" | "park" | "close",
    extra: Readonly<Record<string, unknown>>,
  ) => Promise<string | null>;
}

/** Lets the agent choose a colleague or a team, with a note. */
export function TransferDialog({ row, state, onClose, onAct }: DialogProps): JSX.Element {
  const t = useTexts();
  const [kind, setKind] = useState<"agent" | "team">("agent");
  const [target, setTarget] = useState("");
  const [note, setNote] = useState("");
  const command = useCommand(onAct);
  const agents = state.people
    .filter(({ id, isSuspended }) => id !== row.session.assignee && !isSuspended)
    .map((agent) => ({ agent, obstacle: findTransferObstacle(agent, row.session.team) }))
    .toSorted((one, other) => rankOf(one) - rankOf(other) || one.agent.load - other.agent.load);
  const teams = [...new Set(state.people.flatMap((agent) => agent.teams))]
    .filter((team) => team !== row.session.team)
    .toSorted();
  const transfer = (): void => {
    const trimmed = note.trim();
    command.run("transfer", {
      to: kind === "agent" ? { agent: target } : { team: target },
      ...(trimmed !== "" && { note: trimmed }),
    });
  };
  return (
    <Sheet
      name={fill(t.transferTitle, { name: nameOf(row, t) })}
      closeLabel={t.cancel}
      onClose={onClose}
      actions={
        <button
          class="button primary"
          type="button"
          disabled={target === ""}
          aria-disabled={command.isBusy}
          onClick={transfer}
        >
          {t.transferButton}
        </button>
      }
    >
      {teams.length > 0 && (
        <div class="segments" role="group" aria-label={t.transfer}>
          {(["agent", "team"] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={kind === name}
              onClick={() => {
                setKind(name);
                setTarget("");
              }}
            >
              {name === "agent" ? t.toAgent : t.toTeam}
            </button>
          ))}
        </div>
      )}
      {kind === "agent" ? (
        <ul class="people">
          {agents.length === 0 && <li class="hint">{t.transferEmpty}</li>}
          {agents.map(({ agent, obstacle }, index) => (
            <li key={agent.id}>
              <label class="person">
                <input
                  type="radio"
                  name="target"
                  checked={target === agent.id}
                  disabled={obstacle !== null}
                  // The dialog begins with the focus on the first colleague instead of the first button.
                  autofocus={index === 0 && obstacle === null}
                  onChange={() => setTarget(agent.id)}
                />
                <AgentAvatar name={agent.name} presence={agent.actual} />
                <span class="who">
                  <span class="clip">{agent.name}</span>
                  <span class="hint clip">
                    {[presenceName(agent, t), ...agent.teams, ...(obstacle === "other_team" ? [t.otherTeam] : [])].join(
                      " · ",
                    )}
                  </span>
                </span>
                <span class={`hint num ${agent.load >= agent.capacity ? "bad" : ""}`}>
                  {fill(t.load, { load: agent.load, capacity: agent.capacity })}
                  {agent.load >= agent.capacity && ` ${t.full}`}
                </span>
              </label>
            </li>
          ))}
        </ul>
      ) : (
        <ul class="people">
          {teams.map((team) => (
            <li key={team}>
              <label class="person">
                <input type="radio" name="target" checked={target === team} onChange={() => setTarget(team)} />
                <Icon name="user" size="l" />
                <span class="clip">{team}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
      <label class="field">
        <span class="name">{t.transferNote}</span>
        <textarea
          class="input"
          rows={2}
          maxLength={2_000}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            if (target !== "") transfer();
          }}
        />
      </label>
      <Problem text={command.problem} />
    </Sheet>
  );
}

function rankOf({
  agent,
  obstacle,
}: {
  readonly agent: AgentJson;
  readonly obstacle: TransferObstacle | null;
}): number {
  return obstacle === null ? 0 : { online: 1, busy: 2, away: 3, offline: 4 }[agent.actual];
}

/** A command that runs from a dialog. */
interface DialogCommand {
  /** Runs the command, unless one is running. */
  readonly run: (...args: Parameters<DialogProps["onAct"]>) => void;
  /** Shown by `aria-disabled`: `disabled` would take the focus from the button, and a failure would not return it. */
  readonly isBusy: boolean;
  readonly problem: string | null;
}

/** Returns a function that runs a command, and its state. A failure is kept as `problem`, and the dialog stays open. */
function useCommand(onAct: DialogProps["onAct"]): DialogCommand {
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const run: DialogCommand["run"] = (...args) => {
    if (isBusy) return;
    setBusy(true);
    void onAct(...args).then((found) => {
      setProblem(found);
      setBusy(false);
    });
  };
  return { run, isBusy, problem };
}

const MINUTE_MS = 60_000;

/** Lets the agent choose until when a session is parked, at the latest one minute before the reply window ends. */
export function ParkDialog({ row, state, onClose, onAct }: DialogProps): JSX.Element {
  const t = useTexts();
  const now = Date.now() + state.offsetMs;
  const end = row.window.expiresAt === null ? Infinity : Date.parse(row.window.expiresAt) - MINUTE_MS;
  const choices = parkChoices(now, end, t);
  const command = useCommand(onAct);
  return (
    <Sheet name={t.parkTitle} closeLabel={t.cancel} onClose={onClose}>
      <p class="muted">{t.parkText}</p>
      <div class="buttons">
        {choices.map(([name, until]) => (
          <button
            key={name}
            class="button"
            type="button"
            aria-disabled={command.isBusy}
            onClick={() => command.run("park", { until: new Date(until).toISOString() })}
          >
            {name}
          </button>
        ))}
      </div>
      <Problem text={command.problem} />
    </Sheet>
  );
}

function parkChoices(now: number, end: number, t: Texts): readonly (readonly [string, number])[] {
  const tomorrow = new Date(now);
  tomorrow.setDate(tomorrow.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  const times: readonly (readonly [string, number])[] = [
    [t.park30, now + 30 * MINUTE_MS],
    [t.park120, now + 120 * MINUTE_MS],
    [t.parkTomorrow, tomorrow.getTime()],
    ...(end > now && end < Infinity ? [[t.parkWindow, end] as const] : []),
  ];
  return times.filter(([, until]) => until <= end);
}

/** Asks for confirmation before a session is closed. */
export function FinishDialog({ row, state, onClose, onAct }: DialogProps): JSX.Element {
  const t = useTexts();
  const { desk } = useShared();
  const hasUnsent = useStore(desk.outbox.store, (list) =>
    list.some(
      ({ conversation, phase }) =>
        conversation === row.conversation && phase.name !== "refused" && phase.name !== "accepted",
    ),
  );
  const command = useCommand(onAct);
  // The newest row when the dialog was opened: the agent has not seen messages that arrive while it is open.
  const [seenSeq] = useState(() => (state.open?.conversation === row.conversation ? state.open.to : 0));
  return (
    <Sheet
      name={fill(t.finishTitle, { name: nameOf(row, t) })}
      closeLabel={t.cancel}
      onClose={onClose}
      actions={
        <button
          class="button primary"
          type="button"
          disabled={hasUnsent}
          aria-disabled={command.isBusy}
          onClick={() => command.run("close", { seenSeq })}
        >
          {t.finishButton}
        </button>
      }
    >
      <p class="muted">{hasUnsent ? t.finishUnsent : t.finishText}</p>
      {!hasUnsent && <ClosePreviewText row={row} offsetMs={state.offsetMs} />}
      <Problem text={command.problem} />
    </Sheet>
  );
}

/** Lists the keyboard shortcuts of the desk. */
export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const keys: readonly (readonly [string, readonly string[]])[] = [
    [t.keys.next, ["J", "K"]],
    [t.keys.nth, ["Alt", "1…9"]],
    [t.keys.lists, ["G", "M Q A C"]],
    [t.keys.take, ["T"]],
    [t.keys.reply, ["R"]],
    [t.keys.note, ["N"]],
    [t.keys.transfer, ["F"]],
    [t.keys.park, ["H"]],
    [t.keys.finish, ["Ctrl", "Shift", "E"]],
    [t.keys.undo, ["Ctrl", "Z"]],
    [t.keys.search, ["Ctrl", "K"]],
    [t.keys.presence, ["S"]],
    [t.keys.back, ["Esc"]],
    [t.keys.sheet, ["?"]],
  ];
  return (
    <Sheet name={t.shortcuts} closeLabel={t.close} onClose={onClose}>
      <dl class="keys">
        {keys.map(([name, combination]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {combination.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
