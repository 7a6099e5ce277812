/**
 * Measures row i of docs/design/bench.md: a push of a user with an open session, including the notification of the
 * desk, compared with the same push without a desk and with the floor. No page is open: row j measures pages. The load
 * is that of `turns` in row a, with the metered Worker without its counters, which can add agents without signing in.
 */
import { cpuMs } from "../../lib/cpu.ts";
import { addAgents, openPage, STANDING_VIEWS, type DeskPage } from "../../lib/desk-page.ts";
import { sendPaced } from "../../lib/paced-load.ts";
import { HANDOVER_TEXT, openidOf, textPush, UNANSWERED_TEXT } from "../../lib/push.ts";
import { sendInBatches } from "../../lib/signed-load.ts";
import { startKefu, startWeChatApi, startWorker } from "../../lib/targets.ts";
import { until, untilQuiet } from "../../lib/wait.ts";
import type { Running } from "../../lib/workerd.ts";
import type { BenchOptions } from "../../options.ts";
import { micros, millis, times, toRow, type BenchRow } from "../../row.ts";
import { quantile, ratiosOf, spreadOf } from "../../stats.ts";

/** The rate at which the time until the acknowledgement is measured, pushes per second. */
const ACK_RATE = 100;

/**
 * What is measured: the floor, our worker without a desk, with all users in the queue, with all users served by an
 * agent.
 */
const TARGETS = ["floor", "wechat", "queued", "served"] as const;
type TargetName = (typeof TARGETS)[number];

interface Run {
  /** Microseconds per push, with all work after it. */
  readonly cpuUs: number;
  /** The median time until the acknowledgement, milliseconds. */
  readonly ackMs: number;
}

/** Measures all targets in turn, round by round. */
export async function measurePushes(options: BenchOptions): Promise<readonly BenchRow[]> {
  const runs = new Map<TargetName, Run[]>(TARGETS.map((name) => [name, []]));
  const api = await startWeChatApi(0);
  try {
    for (let round = 0; round < options.rounds; round += 1)
      for (const name of TARGETS) runs.get(name)?.push(await runTarget(name, api, options));
  } finally {
    await api.stop();
  }
  return toRows((name, key) => (runs.get(name) ?? []).map((run) => run[key]));
}

async function runTarget(name: TargetName, api: Running, options: BenchOptions): Promise<Run> {
  const humanService = name === "wechat" ? "wechat" : "desk";
  const worker = await (name === "floor"
    ? startWorker(name, api.url)
    : startKefu("metered", api.url, { humanService }));
  try {
    const agents = name === "queued" || name === "served" ? await openDesk(worker, name, options) : undefined;
    const turns = { group: "turns", users: options.deskUsers, text: UNANSWERED_TEXT };
    // Every user asks for a person and gets a session. Not without a desk, where WeChat's own agents would take over.
    if (agents !== undefined)
      await sendInBatches(worker, { ...turns, pushes: options.deskUsers, text: HANDOVER_TEXT }, options);
    await sendInBatches(worker, { ...turns, pushes: options.warmup }, options);
    await agents?.untilShown();
    await untilQuiet(worker.pid);
    const before = await cpuMs(worker.pid);
    await sendInBatches(worker, { ...turns, pushes: options.turns }, options);
    await untilQuiet(worker.pid);
    const cpuUs = (((await cpuMs(worker.pid)) - before) * 1_000) / options.turns;
    return { cpuUs, ackMs: quantile(await acknowledge(worker, options), 0.5) };
  } finally {
    await worker.stop();
  }
}

function acknowledge({ url }: Running, { deskUsers, pacedPushes }: BenchOptions): Promise<readonly number[]> {
  return sendPaced({
    url: `${url}/wechat/message`,
    pushes: Math.ceil(pacedPushes / 2),
    perSecond: ACK_RATE,
    makePush: (index) => textPush(openidOf("turns", index % deskUsers), UNANSWERED_TEXT),
  });
}

/**
 * Adds one agent, who gets every user or none. The page is closed before measuring: sessions stay for three minutes.
 */
async function openDesk({ url }: Running, name: "queued" | "served", { deskUsers }: BenchOptions) {
  const [agent = ""] = await addAgents(url, [{ role: "agent", capacity: name === "served" ? deskUsers : 0 }]);
  const page = await openPage(url, agent);
  await page.show(STANDING_VIEWS);
  return {
    async untilShown(): Promise<void> {
      await until(
        "the open sessions",
        async () => countOf(page, name),
        (count) => count === deskUsers,
      );
      await page.close();
    },
  };
}

function countOf({ rows, agent }: DeskPage, name: "queued" | "served"): number {
  const assignee = name === "served" ? agent : null;
  return [...rows.values()].filter(({ session }) => session.assignee === assignee).length;
}

function toRows(series: (name: TargetName, key: keyof Run) => readonly number[]): readonly BenchRow[] {
  const ratio = (a: TargetName, b: TargetName, key: keyof Run) => ratiosOf(series(a, key), series(b, key));
  const words = {
    queued: { zh: "用户在排队", en: "the user is in the queue" },
    served: { zh: "客服接待中", en: "an agent serves the user" },
  } as const;
  const states = ["queued", "served"] as const;
  return [
    ...states.map((name) =>
      toRow(
        {
          id: `i.${name}`,
          zh: `推送与通知工作台的 CPU（${words[name].zh}）÷ 不用工作台`,
          en: `CPU of a push and the notification of the desk, ${words[name].en} ÷ without the desk`,
        },
        ratio(name, "wechat", "cpuUs"),
        times,
        { limit: 1.35, side: "at most" },
      ),
    ),
    ...states.map((name) =>
      toRow(
        {
          id: `i.ack.${name}`,
          zh: `每秒 100 条时应答时间的中位数（${words[name].zh}）÷ 不用工作台`,
          en: `median time until the acknowledgement at 100 per second, ${words[name].en} ÷ without the desk`,
        },
        ratio(name, "wechat", "ackMs"),
        times,
        { limit: 1.1, side: "at most" },
      ),
    ),
    ...states.map((name) =>
      toRow(
        { id: `i.floor.${name}`, zh: `同上（${words[name].zh}）÷ 基线`, en: `CPU, ${words[name].en} ÷ floor` },
        ratio(name, "floor", "cpuUs"),
        times,
      ),
    ),
    ...TARGETS.map((name) =>
      toRow(
        { id: `i.cpu.${name}`, zh: `每条推送的 CPU：${name}`, en: `CPU per push: ${name}` },
        spreadOf(series(name, "cpuUs")),
        micros,
      ),
    ),
    ...TARGETS.map((name) =>
      toRow(
        { id: `i.ms.${name}`, zh: `应答时间的中位数：${name}`, en: `median time until the acknowledgement: ${name}` },
        spreadOf(series(name, "ackMs")),
        millis,
      ),
    ),
  ];
}
