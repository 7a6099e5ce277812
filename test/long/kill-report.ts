/**
 * The report of a run with kills, as Markdown and as an exit code. Pure.
 */
import type { KillRun } from "./kills.ts";
import { table, type Cell } from "./markdown.ts";
import type { Half } from "./tally.ts";

/** The reasons why the run is no evidence; empty when it is. */
export function findFaults(run: KillRun): readonly string[] {
  const violations = run.tally.violations.map(({ openid, kind, what }) => `${kind}: ${openid} ${what}`);
  const unmet = Object.entries(run.met).filter(([, times]) => times === 0);
  const { served } = run;
  return [
    ...violations,
    ...served.violations,
    ...(served.delivered === 0 ? ["no evidence: no reply of an agent was delivered; run more kills"] : []),
    ...(served.conflicts === 0 ? ["no evidence: no two agents wanted the same session; run more kills"] : []),
    ...unmet.map(([name]) => `no evidence: "${name}" affected no user; run more kills`),
    ...(run.kills < run.planned ? [`ended early: ${run.kills} of ${run.planned} kills`] : []),
    // A first attempt that arrived and a second one as well: the only evidence that second attempts are made.
    ...(run.tally.withRetry.duplicates === 0 ? ["no evidence: no second attempt arrived; run more kills"] : []),
  ];
}

/**
 * Writes the report.
 *
 * @param machine properties of the machine that it ran on, as name and value
 * @param date of the run, YYYY-MM-DD
 */
export function writeKillReport(
  run: KillRun,
  machine: readonly (readonly [what: string, value: string])[],
  date: string,
): string {
  const { tally } = run;
  const faults = findFaults(run);
  const verdict = faults.length === 0 ? "通过 / passed" : `**${faults.length} 处不符 / violations**`;
  return `${[
    "# 反复强杀 / Killed repeatedly",
    "",
    `\`npm run test:long -- --kills ${run.planned} --seed ${run.seed}\`, ${date}: **${run.kills} kills**, ${verdict}.`,
    "",
    "运行与判定方法：[long-proof](../design/long-proof.md)。 / How it runs and what it checks: [long-proof](../design/long-proof.md).",
    "",
    ...table(["机器 / machine", ""], machine),
    ...table(
      ["经过 / run", ""],
      [
        ["seed", run.seed],
        ["SIGKILL", run.kills],
        ["启动 / starts of workerd", run.starts],
        ["启动耗时 / a start takes (median, most)", `${run.startMs.median} ms, ${run.startMs.most} ms`],
        ["用时 / time", `${(run.seconds / 60).toFixed(1)} min`],
        ["用户 / users", tally.users],
        ["推送 / pushes", tally.pushes],
        ["投递次数（含重复）/ deliveries of them, repeats included", run.deliveries],
        ["收到应答的推送 / acknowledged", tally.acknowledged],
        ["未收到应答但已存下 / stored, acknowledgement lost", tally.storedUnacknowledged],
        ["接口受理的消息 / API messages accepted", tally.requestsAccepted],
        ["微信收下的客服消息 / messages WeChat accepted", run.taken],
      ],
    ),
    ...table(
      ["每次强杀的时刻 / killed at", "次 / times"],
      Object.entries(run.moments).toSorted(([, a], [, b]) => b - a),
    ),
    ...table(["遇到的故障 / faults met", "次 / times"], Object.entries(run.met)),
    "## 两边记录的比较 / Comparison of both records",
    "",
    ...table(
      ["", "必须 / required", "实际 / actual"],
      [
        ["已应答却丢失的消息 / acknowledged messages lost", 0, count(run, "acknowledged but not stored")],
        ["该回未回 / due answers missing", 0, count(run, "answer missing", "answer lost", "answer still waiting")],
        ["未标 unconfirmed 的重复 / duplicates not marked", 0, count(run, "duplicate without unconfirmed")],
        ["重复超过一次 / more than one duplicate of one", 0, count(run, "more than one duplicate")],
        ["UNCONFIRMED_RETRY=0 时的重复 / duplicates with it", 0, tally.withoutRetry.duplicates],
        ["顺序不对 / out of order", 0, count(run, "out of order")],
        ["全部不符 / violations of any kind", 0, tally.violations.length],
      ],
    ),
    ...table(
      ["客服消息 / messages to users", "UNCONFIRMED_RETRY=1", "UNCONFIRMED_RETRY=0"],
      [
        halves("写下 / written", run, (half) => half.messages),
        halves("送达 / delivered", run, (half) => half.delivered),
        halves("其中重复一次（都有标记）/ of these twice, all marked", run, (half) => half.duplicates),
        halves("结果未知 / outcome unknown (below)", run, (half) => share(half.unknown, half.messages)),
        halves("微信四次返回繁忙，放弃 / refused four times, given up", run, (half) => half.refused),
        halves("等待每日限额 / waiting for the daily quota", run, (half) => half.waiting),
      ],
    ),
    "## 客服接待的用户 / Users whom agents serve",
    "",
    ...table(
      ["经过 / run", ""],
      [
        ["用户 / users", run.served.users],
        ["结束时仍在接待或排队的会话 / sessions still open at the end", run.served.open],
        ["送达的客服回复 / replies of agents that were delivered", run.served.delivered],
        ["被拒绝：会话归同事或已变化 / refused: a colleague has or changed the session", run.served.conflicts],
      ],
    ),
    ...table(
      ["客服的操作 / acts of agents", "成功 / accepted", "拒绝 / refused", "没有应答 / no answer"],
      Object.entries(run.served.acts).map(([name, { accepted, refused, unknown }]) => [
        name,
        accepted,
        refused,
        unknown,
      ]),
    ),
    ...table(
      ["承诺 7、8、9、11 / promises 7, 8, 9, 11", "必须 / must be", "实际 / is"],
      [["不符 / violations", 0, run.served.violations.length]],
    ),
    "**结果未知**：允许的每一次尝试（1 时两次，0 时一次）都没有得到微信的回答（尝试中被强杀、连接中断、502），消息也确实没有到达。日志里每次都记为 `unconfirmed`。再试一次可能造成重复，所以不再尝试。",
    "",
    "**Outcome unknown**: every allowed attempt (two with 1, one with 0) ended without an answer from WeChat (killed during the attempt, connection broken, 502), and none arrived. The log records `unconfirmed` for each. Another attempt could create a duplicate, so none is made.",
    ...(faults.length === 0 ? [] : ["", "## 不符 / Violations", "", ...faults.map((fault) => `- ${fault}`)]),
  ].join("\n")}\n`;
}

function halves(what: string, { tally }: KillRun, of: (half: Half) => Cell): readonly Cell[] {
  return [what, of(tally.withRetry), of(tally.withoutRetry)];
}

function share(part: number, whole: number): string {
  return whole === 0 ? "0" : `${part} (${((100 * part) / whole).toFixed(2)} %)`;
}

function count({ tally }: KillRun, ...kinds: readonly string[]): number {
  return tally.violations.filter(({ kind }) => kinds.includes(kind)).length;
}
