/**
 * The calls of setup to the running worker: whether it is set up, which milestones are reached, and its first
 * settings.
 */
import type { PushMode } from "../../emulator/push-model.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { judgeHealth } from "../doctor/check-health.ts";
import { checkPause } from "../doctor/check-pause.ts";
import { say } from "../doctor/finding.ts";
import { cureOf, meaningOf } from "../doctor/interception.ts";
import { callApi, callTarget, readObject, toLine, toObject, type Ports, type Reply } from "../doctor/target.ts";
import type { Fault } from "./fault.ts";

/** The injected dependencies. */
export interface WorkerPorts extends Ports {
  readonly sleep: (ms: number) => Promise<void>;
}

/** The worker's address and API key. */
export interface WorkerPlace {
  readonly url: string;
  readonly apiKey: string;
  /** Absent: the worker's only app. */
  readonly appid?: string;
}

/** The milestones, in the order in which they are reached. */
export const MILESTONES = {
  verified: say("收到验证", "verification received"),
  message: say("收到第一条消息", "first message received"),
  answer: say("微信已接受第一条回复", "first reply accepted"),
} as const;

/** The name of a milestone. */
export type MilestoneName = keyof typeof MILESTONES;

/**
 * Interceptions that do not end without a change of settings. Others may end: a new domain takes some minutes until it
 * points to the worker.
 */
const LASTING: ReadonlySet<string> = new Set(["challenge", "access", "blocked", "redirect", "daily_limit"]);
const GIVE_KEY = say(
  "用 --api-key-env 提供现有的密钥，再运行一次",
  "pass the key with --api-key-env and run setup again",
);
const POLL_MS = 2_000;
/** Timeout, milliseconds: new secrets take a few seconds to become active everywhere. */
const READY_MS = 90_000;

/** Waits until the worker is ready. @returns the push mode of its first app, or its faults after the timeout */
export async function waitUntilReady(
  ports: WorkerPorts,
  url: string,
  timeoutMs = READY_MS,
): Promise<Result<PushMode, readonly Fault[]>> {
  const until = ports.now() + timeoutMs;
  for (;;) {
    const reply = await callTarget(ports, new Request(`${url}/healthz`));
    const { modes, findings } = judgeHealth(reply, { url });
    const [mode] = modes;
    if (mode !== undefined) return ok(mode);
    if (ports.now() >= until) {
      return err(findings.map(({ what, wrong = what, cure = what }) => ({ wrong, cure })));
    }
    await ports.sleep(POLL_MS);
  }
}

/**
 * Waits for the milestones and reports each when it is reached.
 *
 * @param timeoutMs the maximum time to wait
 * @returns the milestones not reached, or why they are unknown
 */
export async function waitForMilestones(
  ports: WorkerPorts,
  place: WorkerPlace,
  timeoutMs: number,
  onReached: (name: MilestoneName, at: string) => void,
): Promise<Result<readonly MilestoneName[], Fault>> {
  const until = ports.now() + timeoutMs;
  const open = new Set(Object.keys(MILESTONES) as MilestoneName[]);
  for (;;) {
    const reply = await callApi(ports, place, { path: "/api/v1/milestones" });
    const refusal = refusalOf(reply);
    if (refusal !== undefined) return err(refusal);
    const reached = "unreachable" in reply || reply.status !== 200 ? {} : readObject(reply.body);
    for (const name of open) {
      const at = toLine(reached[name]);
      if (at === "") continue;
      open.delete(name);
      onReached(name, at);
    }
    if (open.size === 0 || ports.now() >= until) return ok([...open]);
    await ports.sleep(POLL_MS);
  }
}

/**
 * Returns why nothing is sent. If the cause may have ended, a test send is made first, which can lift a pause.
 *
 * @param place without an API key only the existence of a fault is visible
 * @returns the faults; empty while messages are sent, and when the worker does not answer
 */
export async function findPauses(
  ports: WorkerPorts,
  place: { readonly url: string; readonly apiKey?: string | undefined },
): Promise<readonly Fault[]> {
  const { url, apiKey } = place;
  const reply = await callTarget(ports, new Request(`${url}/healthz`));
  if ("unreachable" in reply) return [];
  const target = { url, ...(apiKey !== undefined && { apiKey }) };
  const findings = await checkPause(ports, target, readObject(reply.body));
  return findings.flatMap(({ state, what, wrong = what, cure = what }) =>
    state === "failed" ? [{ wrong, cure: apiKey === undefined ? GIVE_KEY : cure }] : [],
  );
}

/** The settings that setup stores first. */
export interface FirstSettings {
  readonly humanService?: "desk";
  readonly greeting?: { readonly messages: readonly { readonly type: "text"; readonly content: string }[] };
}

/**
 * Stores first settings if none are stored.
 *
 * @returns false when there are settings, or it is unknown whether there are
 */
export async function storeFirstSettings(
  ports: WorkerPorts,
  place: WorkerPlace,
  first: FirstSettings,
): Promise<Result<boolean, Fault>> {
  const { url, apiKey } = place;
  // Without an appid, the answer is the stored document for all mini programs; with an appid it would be the settings
  // that apply to that mini program.
  const current = await callApi(ports, { url, apiKey }, { path: "/api/v1/settings" });
  const refusal = refusalOf(current);
  if (refusal !== undefined) return err(refusal);
  if ("unreachable" in current || current.headers.get("etag") !== '"0"') return ok(false);
  const defaults = toObject(readObject(current.body)["defaults"]);
  const document = { defaults: { ...defaults, ...first } };
  const stored = await callApi(
    ports,
    { url, apiKey },
    {
      path: "/api/v1/settings",
      method: "PUT",
      headers: { "content-type": "application/json", "if-match": '"0"' },
      body: JSON.stringify(document),
    },
  );
  if (!("unreachable" in stored) && stored.status === 200) return ok(true);
  return err({
    wrong: say("首份设置未保存", "the first settings were not stored"),
    cure: say(
      "之后用 PUT /api/v1/settings 写入（docs/reference/settings.md）",
      "store them with PUT /api/v1/settings later (docs/reference/settings.md)",
    ),
  });
}

/** Returns the fault for a refusal that waiting does not resolve; undefined for any other answer. */
function refusalOf(reply: Reply): Fault | undefined {
  if ("interception" in reply && LASTING.has(reply.interception.kind)) {
    return fault(meaningOf(reply.interception), cureOf(reply.interception));
  }
  if ("unreachable" in reply) return undefined;
  const code = toLine(readObject(reply.body)["code"]);
  if (reply.status === 401) return API_KEY_WRONG;
  if (code === "api_closed")
    return fault(say("未设置 API 密钥，API 已关闭", "no API key is set, so the API is off"), SET_KEY);
  if (reply.status !== 404) return undefined;
  if (code === "unknown_account")
    return fault(say("服务的配置中没有这个 AppID", "this AppID is not in the worker's configuration"), CHECK_APPID);
  return fault(say("这个版本不提供接入进度", "this version does not report setup progress"), DEPLOY);
}

function fault(wrong: BilingualText, cure: BilingualText): Fault {
  return { wrong, cure };
}

const API_KEY_WRONG = fault(
  say("API 密钥错误，无法查询进度", "the API key is wrong, so the progress is unknown"),
  say("用 --api-key-env 提供服务现有的密钥", "pass one of the worker's keys with --api-key-env"),
);
const SET_KEY = say("再运行一次 npm run setup", "run npm run setup again");
const CHECK_APPID = say("核对 WECHAT_APPID（或 WECHAT_APPS）", "check WECHAT_APPID (or WECHAT_APPS)");
const DEPLOY = say("重新部署最新版本：加 --deploy", "deploy the newest version: add --deploy");
