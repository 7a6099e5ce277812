/**
 * Measures row j of docs/design/bench.md: fifty pages on one desk. In turn, in one process, the same messages arrive
 * while every page shows its lists (`views`), while no page is open (`none`), and while the desk sends every report to
 * every page at once (`everybody`, as desks without lists do). Also the time from a push to its frame at the page of
 * the agent who serves the user.
 */
import type { OpenViewName } from "../../../shared/api/desk/row.ts";
import { cpuMs } from "../../lib/cpu.ts";
import { addAgents, openPage, STANDING_VIEWS, type DeskPage } from "../../lib/desk-page.ts";
import { sendPaced } from "../../lib/paced-load.ts";
import { HANDOVER_TEXT, openidOf, textPush, UNANSWERED_TEXT } from "../../lib/push.ts";
import { sendInBatches } from "../../lib/signed-load.ts";
import { startKefu, startWeChatApi } from "../../lib/targets.ts";
import { until, untilQuiet } from "../../lib/wait.ts";
import type { Running } from "../../lib/workerd.ts";
import type { BenchOptions } from "../../options.ts";
import { micros, millis, times, toRow, type BenchRow } from "../../row.ts";
import { quantile, ratiosOf, spreadOf } from "../../stats.ts";
import { METER_PREFIX } from "../../workers/bench/protocol.ts";

/** Messages per second: of a busy shop, and of a small one. */
const [BUSY, SMALL] = [200, 5];
/** The part of the users that waits in the queue, which every page shows. */
const QUEUED = 0.2;
/** Every tenth agent is a supervisor, whose page shows all sessions. */
const SUPERVISORS = 10;

interface Round {
  /** CPU microseconds per message. */
  readonly views: number;
  readonly none: number;
  readonly everybody: number;
  /** Messages of the desk to all pages, and changed sessions in them, per message of a user. */
  readonly sent: number;
  readonly sessions: number;
  readonly sentToEverybody: number;
  /** From the push to the frame at the page of the agent, milliseconds. */
  readonly busyMs: readonly number[];
  readonly smallMs: readonly number[];
}

/** The running desk. */
interface Desk {
  readonly worker: Running;
  readonly agents: readonly string[];
  readonly options: BenchOptions;
}

/** Measures all rounds in one process. */
export async function measureSockets(options: BenchOptions): Promise<readonly BenchRow[]> {
  const api = await startWeChatApi(0);
  try {
    const worker = await startKefu("metered", api.url, { humanService: "desk" });
    try {
      const desk = await openDesk(worker, options);
      const rounds: Round[] = [];
      for (let round = 0; round < options.rounds; round += 1) rounds.push(await measureRound(desk));
      return toRows(rounds, options);
    } finally {
      await worker.stop();
    }
  } finally {
    await api.stop();
  }
}

async function openDesk(worker: Running, options: BenchOptions): Promise<Desk> {
  const { sockets, deskUsers, warmup } = options;
  const capacity = Math.floor((deskUsers * (1 - QUEUED)) / sockets);
  const agents = await addAgents(
    worker.url,
    Array.from({ length: sockets }, (_, index) => ({ role: isSupervisor(index) ? "supervisor" : "agent", capacity })),
  );
  const desk = { worker, agents, options };
  const pages = await openPages(desk, viewsOf);
  const turns = { group: "turns", users: deskUsers, text: UNANSWERED_TEXT };
  await sendInBatches(worker, { ...turns, pushes: deskUsers, text: HANDOVER_TEXT }, options);
  await sendInBatches(worker, { ...turns, pushes: warmup }, options);
  await until(
    "the assigned sessions",
    async () => pages.reduce((sum, page) => sum + servedOn(page), 0),
    (count) => count >= capacity * sockets,
  );
  await closePages(pages);
  return desk;
}

function isSupervisor(index: number): boolean {
  return index % SUPERVISORS === 0;
}

function viewsOf(index: number): readonly OpenViewName[] {
  return isSupervisor(index) ? [...STANDING_VIEWS, "all"] : STANDING_VIEWS;
}

function servedOn({ rows, agent }: DeskPage): number {
  return [...rows.values()].filter(({ session }) => session.assignee === agent).length;
}

async function openPages(
  { worker, agents }: Pick<Desk, "worker" | "agents">,
  views: (index: number) => readonly OpenViewName[],
): Promise<readonly DeskPage[]> {
  const pages = await Promise.all(agents.map((agent) => openPage(worker.url, agent)));
  await Promise.all(pages.map((page, index) => page.show(views(index))));
  return pages;
}

async function closePages(pages: readonly DeskPage[]): Promise<void> {
  await Promise.all(pages.map((page) => page.close()));
}

async function measureRound(desk: Desk): Promise<Round> {
  const { options } = desk;
  const events = options.pacedPushes;
  const pages = await openPages(desk, viewsOf);
  const seen = watch(pages);
  const views = await cpuPerMessage(desk, BUSY, events, seen.sent);
  const busyMs = seen.take();
  const counts = countReceived(pages);
  await cpuPerMessage(desk, SMALL, options.slowPushes, seen.sent);
  const smallMs = seen.take();
  await closePages(pages);
  const none = await cpuPerMessage(desk, BUSY, events);
  const all = await openPages(desk, () => []);
  await broadcast(desk, true);
  const everybody = await cpuPerMessage(desk, BUSY, events);
  await broadcast(desk, false);
  const sentToEverybody = countReceived(all).messages / events;
  await closePages(all);
  return {
    views,
    none,
    everybody,
    sent: counts.messages / events,
    sessions: counts.sessions / events,
    sentToEverybody,
    busyMs,
    smallMs,
  };
}

function countReceived(pages: readonly DeskPage[]): DeskPage["received"] {
  return pages.reduce(
    (sum, { received }) => ({
      messages: sum.messages + received.messages,
      sessions: sum.sessions + received.sessions,
    }),
    { messages: 0, sessions: 0 },
  );
}

/** Sends messages of the users in turn. @returns the CPU of each, with all work after it, microseconds */
async function cpuPerMessage(
  { worker, options }: Desk,
  perSecond: number,
  pushes: number,
  onSend: (tail: string) => void = () => {},
): Promise<number> {
  await untilQuiet(worker.pid);
  const before = await cpuMs(worker.pid);
  await sendPaced({
    url: `${worker.url}/wechat/message`,
    pushes,
    perSecond,
    makePush(index) {
      const openid = openidOf("turns", index % options.deskUsers);
      const push = textPush(openid, UNANSWERED_TEXT);
      onSend(openid.slice(-4));
      return push;
    },
  });
  await untilQuiet(worker.pid);
  return (((await cpuMs(worker.pid)) - before) * 1_000) / pushes;
}

/** Measures the time from each push to its frame at the page of the agent who serves the user. */
function watch(pages: readonly DeskPage[]): {
  readonly sent: (tail: string) => void;
  /** Returns the times since the last call, milliseconds. */
  readonly take: () => readonly number[];
} {
  const sentAt = new Map<string, number>();
  let taken: number[] = [];
  for (const page of pages) {
    page.received = { messages: 0, sessions: 0 };
    page.onRow = ({ contact, session }) => {
      const at = sentAt.get(contact.tail);
      if (at === undefined || session.assignee !== page.agent) return;
      sentAt.delete(contact.tail);
      taken.push(performance.now() - at);
    };
  }
  return {
    sent: (tail) => void sentAt.set(tail, performance.now()),
    take() {
      const times = taken;
      taken = [];
      sentAt.clear();
      return times;
    },
  };
}

async function broadcast({ worker }: Desk, isOn: boolean): Promise<void> {
  const response = await fetch(`${worker.url}${METER_PREFIX}broadcast?on=${isOn ? 1 : 0}`, { method: "POST" });
  if (!response.ok) throw new Error(`the desk was not switched: ${response.status} ${await response.text()}`);
}

function toRows(rounds: readonly Round[], { sockets }: BenchOptions): readonly BenchRow[] {
  const series = (key: "views" | "none" | "everybody" | "sent" | "sessions" | "sentToEverybody") =>
    rounds.map((round) => round[key]);
  const delay = (key: "busyMs" | "smallMs", part: number) =>
    spreadOf(rounds.map((round) => quantile(round[key], part)));
  const count = (value: number) => value.toFixed(2);
  const pages = { zh: `${sockets} 个页面`, en: `${sockets} pages` };
  return [
    toRow(
      {
        id: "j.views",
        zh: `每秒 ${BUSY} 条、${pages.zh}时每条消息的 CPU ÷ 没有页面`,
        en: `CPU of a message at ${BUSY} per second with ${pages.en} ÷ with none`,
      },
      ratiosOf(series("views"), series("none")),
      times,
      { limit: 1.2, side: "at most" },
    ),
    toRow(
      { id: "j.everybody", zh: `同上 ÷ 每条消息都发给每个页面`, en: "the same ÷ every message sent to every page" },
      ratiosOf(series("views"), series("everybody")),
      times,
      { limit: 0.45, side: "at most" },
    ),
    toRow(
      {
        id: "j.seen.small",
        zh: `每秒 ${SMALL} 条时，从推送到客服页面收到的时间，中位数`,
        en: `from the push to the agent's page at ${SMALL} per second, median`,
      },
      delay("smallMs", 0.5),
      millis,
      { limit: 40, side: "at most" },
    ),
    toRow(
      { id: "j.seen.busy", zh: `同上，每秒 ${BUSY} 条，p99`, en: `the same at ${BUSY} per second, p99` },
      delay("busyMs", 0.99),
      millis,
      { limit: 150, side: "at most" },
    ),
    toRow(
      { id: "j.seen.busy.p50", zh: `同上，每秒 ${BUSY} 条，中位数`, en: `the same at ${BUSY} per second, median` },
      delay("busyMs", 0.5),
      millis,
    ),
    ...(["none", "views", "everybody"] as const).map((name) =>
      toRow(
        { id: `j.cpu.${name}`, zh: `每条消息的 CPU：${name}`, en: `CPU per message: ${name}` },
        spreadOf(series(name)),
        micros,
      ),
    ),
    toRow(
      {
        id: "j.frames",
        zh: `每条消息发给${pages.zh}的帧数，每秒 ${BUSY} 条`,
        en: `frames to ${pages.en} per message, ${BUSY} per second`,
      },
      spreadOf(series("sent")),
      count,
    ),
    toRow(
      { id: "j.frames.sessions", zh: "同上，帧中的会话数", en: "the same, sessions in the frames" },
      spreadOf(series("sessions")),
      count,
    ),
    toRow(
      { id: "j.frames.everybody", zh: "同上，每条都发给每个页面", en: "the same, every message sent to every page" },
      spreadOf(series("sentToEverybody")),
      count,
    ),
  ];
}
