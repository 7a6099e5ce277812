/** Steps of the desk with many open sessions: a list, the frames for one page, one notification, a wake. */
import { NO_SESSION, type SessionState } from "../../../worker/conversation/core/session/session.ts";
import { emptySums } from "../../../worker/conversation/core/session/sums.ts";
import type { Agent } from "../../../worker/desk/core/agent.ts";
import { transact } from "../../../worker/desk/core/desk.ts";
import type { Snapshot } from "../../../worker/desk/core/entry.ts";
import { buildFrames } from "../../../worker/desk/core/frames.ts";
import { openSocket, saveAgent, wake } from "../../../worker/desk/core/presence.ts";
import { applyNotification } from "../../../worker/desk/core/snapshot.ts";
import { loadDesk, type Desk, type Draft, type StoredRow } from "../../../worker/desk/core/state.ts";
import { listView, VIEW_NAMES } from "../../../worker/desk/core/views.ts";
import type { DeskStepName } from "./protocol.ts";

const NOW = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const AGENTS = 50;
const SETTINGS = { offerMs: 0, maxMissedOffers: 2, idleWarningMs: 10 * 60_000, idleCloseMs: 20 * 60_000 };
const LOG = `${(NOW - HOUR_MS).toString(36)}-00000001`;

/**
 * Builds a desk with this number of open sessions and returns a function that runs one step. Half of the sessions are
 * assigned, half wait; every agent has the page open and cannot be given more sessions (capacity 0).
 */
export function prepareDesk(sessions: number): (name: DeskStepName) => void {
  const rows = new Map<string, StoredRow>();
  const desk = loadDesk([], { now: NOW, epoch: "bench" });
  const decide = (run: (draft: Draft) => void, now = NOW): void => {
    const { effects, commit } = transact(desk, { now, settingsOf: () => SETTINGS }, run);
    for (const effect of effects)
      if (effect.type === "store") rows.set(`${effect.row.table} ${effect.row.key}`, effect.row);
    commit();
  };
  for (let agent = 0; agent < AGENTS; agent += 1)
    decide((draft) => {
      saveAgent(draft, `agent${agent}`, agentOf(agent === 0 ? "admin" : "agent"));
      openSocket(draft, `socket${agent}`, `agent${agent}`);
    });
  decide((draft) => {
    for (let session = 0; session < sessions; session += 1)
      applyNotification(draft, idOf(session), snapshotOf(session, 1));
  });
  let seq = 1;
  const steps: Readonly<Record<DeskStepName, () => unknown>> = {
    view: () => listView(desk, "agent0", { view: "all", order: "waiting", limit: 200 }, NOW),
    frames: () => buildFrames(desk, [subscriptionOf(desk)], NOW),
    notification: () => {
      seq += 1;
      decide((draft) => applyNotification(draft, idOf(seq % sessions), snapshotOf(seq % sessions, seq)));
    },
    wake: () => {
      const loaded = loadDesk(rows.values(), { now: NOW, epoch: "bench" });
      return transact(loaded, { now: NOW, settingsOf: () => SETTINGS }, (draft) =>
        wake(draft, desk.tables.sockets.values),
      );
    },
  };
  return (name) => void steps[name]();
}

function subscriptionOf(desk: Desk) {
  return {
    agent: "agent1",
    views: VIEW_NAMES,
    epoch: desk.counters.epoch,
    rev: desk.counters.rev - 1,
    examined: desk.counters.rev - 1,
    shown: new Set<string>(),
  };
}

function idOf(session: number): string {
  return session.toString(16).padStart(64, "0");
}

function agentOf(role: Agent["role"]): Agent {
  const wanted = { state: "online", reason: null, since: NOW } as const;
  return { name: role, role, teams: ["sales"], capacity: 0, isSuspended: false, wanted };
}

function snapshotOf(session: number, to: number): Snapshot {
  const head = {
    seq: 1,
    reopenedFrom: null,
    team: session % 3 === 0 ? "sales" : null,
    lastUserSeq: to,
    waitingSince: NOW - session,
    unread: 1,
    transfers: 0,
    transferTeams: [],
    sums: emptySums(NOW - session),
    queuedAt: NOW - session,
  };
  const open: SessionState["open"] =
    session % 2 === 0
      ? { ...head, status: "serving", assignee: `agent${session % AGENTS}`, parkedUntil: null }
      : { ...head, status: "queued", since: NOW - session, isOffline: false };
  return { log: LOG, to, session: { ...NO_SESSION, version: 1, open }, windowUntil: NOW + 40 * HOUR_MS };
}
