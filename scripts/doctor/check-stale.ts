/**
 * Reports pushes that the worker rejected because their signed timestamp was too far from now, as `/healthz` counts
 * them. A wrong clock, repeats that arrive too late, and replayed pushes are visible only by this count.
 */
import type { PushMode } from "../../emulator/push-model.ts";
import { check, failed, passed, say, type Finding } from "./finding.ts";
import { callApi, readObject, toLine, toList, toObject, type Ports, type Target } from "./target.ts";

const STALE = check("push.stale", "没有推送因签名时间被拒绝", "no push was rejected because of its signed timestamp");
const AGE = check("push.age", "推送的签名时间有上限", "the age of signed pushes is limited");

/**
 * Returns one finding about rejected pushes, and a warning when the age of pushes is not limited
 * (`WECHAT_PUSH_MAX_AGE_S=0`).
 *
 * @param health the body of `/healthz`
 */
export async function checkStale(
  ports: Ports,
  target: Target,
  health: Readonly<Record<string, unknown>>,
  mode: PushMode,
): Promise<readonly Finding[]> {
  const warned = toList(health["warnings"]).map(toObject);
  const isOff = warned.some(({ variable }) => variable === "WECHAT_PUSH_MAX_AGE_S");
  const count = health["stalePushes"];
  const stale = typeof count === "number" && count > 0 ? await judgeRefused(ports, target, count, mode) : passed(STALE);
  return isOff ? [stale, ANY_AGE] : [stale];
}

async function judgeRefused(ports: Ports, target: Target, count: number, mode: PushMode): Promise<Finding> {
  const seen = await readFault(ports, target);
  const fact = seen === "" ? `${count}` : `${count}: ${seen}`;
  const wrong = say(
    `约 ${count} 条签名正确的推送因签名时间与当前时间相差过大被拒绝`,
    `about ${count} correctly signed pushes were rejected because their timestamp was too far from now`,
  );
  if (mode !== "plain") return failed(STALE, wrong, CURE, fact);
  // The old push that the doctor sends in plain mode is rejected, so it is counted too.
  return { ...STALE, state: "warning", fact, wrong, cure: PLAIN_CURE };
}

/**
 * Returns what the worker reports to callers with an API key: when the rejections began, and how old the latest push
 * was. Empty without a key or an answer.
 */
async function readFault(ports: Ports, target: Target): Promise<string> {
  const { apiKey } = target;
  if (apiKey === undefined) return "";
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/healthz" });
  if ("unreachable" in reply) return "";
  const faults = toList(readObject(reply.body)["faults"]).map(toObject);
  const mine = faults.filter(({ reason }) => reason === "stale_pushes");
  const fault = mine.find(({ appid }) => appid === target.appid) ?? mine[0];
  return toLine(fault?.["meaning"]);
}

const CURE = say(
  "若推送被截获并重放：更换 Token（docs/how-to/rotate-secrets.md）。若相差的时间都相同：时钟不准，或中间环节延迟了推送；相差多少见 GET /api/v1/quarantine 与日志 push_refused 的 age。上限是 WECHAT_PUSH_MAX_AGE_S",
  "if captured pushes are replayed: change the Token (docs/how-to/rotate-secrets.md). If all differ by the same time: a clock is wrong, or something in between delays pushes; the difference is in GET /api/v1/quarantine and in the log field age of push_refused. The limit is WECHAT_PUSH_MAX_AGE_S",
);
const PLAIN_CURE = say(
  "明文模式只接受 300 秒内的推送；自检发出的旧推送（push.old）也计算在内。其余的是重放，或时钟不准",
  "plain mode accepts pushes of the last 300 s only; the doctor's own old push (push.old) is counted as well. Any others are replays, or a clock is wrong",
);
const ANY_AGE: Finding = {
  ...AGE,
  state: "warning",
  fact: "WECHAT_PUSH_MAX_AGE_S=0",
  wrong: say("截获的推送随时可以重放", "a captured push can be replayed at any time"),
  cure: say("删去 WECHAT_PUSH_MAX_AGE_S，或设为 900", "remove WECHAT_PUSH_MAX_AGE_S, or set it to 900"),
};
