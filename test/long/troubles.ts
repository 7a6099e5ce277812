/**
 * The simulated faults of WeChat during a long run: sets the plan's faults, and reads from the emulator's records which
 * of them affected a user. A run without such a fault is no evidence.
 */
import type { CallRecord, FaultRequest } from "../../emulator/model.ts";
import { LOCAL_APP } from "../../scripts/lib/local-app.ts";
import { SECOND_APP, type Emulated } from "./emulated.ts";
import type { LifePlan } from "./plan.ts";

type Planned = LifePlan["troubles"][number];

/**
 * While this number of faults is pending, no more are set: a message with four failures in sequence would correctly be
 * given up.
 */
const MAX_WAITING = 4;
/** WeChat's errcode for a busy system (WECHAT.md §4.5). */
const BUSY = -1;
const MINUTE_QUOTA = 45011;
const DAILY_QUOTA = 45009;
const TOKEN_INVALID = 40001;
const SEND_PATH = "/cgi-bin/message/custom/send";
const TOKEN_PATH = "/cgi-bin/stable_token";

/** How often each fault affected a call, by fault. */
export const TROUBLES_MET = {
  "系统繁忙 / busy (-1)": (call) => isSend(call) && call.errcode === BUSY,
  "应答缓慢 / slow answers": (call) => isSend(call) && call.fault === "slow",
  "连接中断 / connection broken": (call) => isSend(call) && call.fault === "drop",
  "HTTP 502": (call) => isSend(call) && call.fault === "http",
  "令牌失效 / token killed (40001)": (call) => isSend(call) && call.errcode === TOKEN_INVALID,
  "取令牌缓慢 / token slow": (call) => isToken(call) && call.fault === "slow",
  "取令牌繁忙 / token busy (-1)": (call) => isToken(call) && call.errcode === BUSY,
  "每分钟限额 / minute quota (45011)": (call) => isSend(call) && call.errcode === MINUTE_QUOTA,
  "每日限额 / daily quota (45009)": isQuotaUsed,
} as const satisfies Record<string, (call: CallRecord) => boolean>;

/** Sets the faults of a life. */
export async function setTroubles({ control }: Emulated, troubles: readonly Planned[]): Promise<void> {
  for (const planned of troubles) {
    const { faults } = await control.state();
    const { fault, killsToken, isUrgent } = toFault(planned);
    if (faults.length >= MAX_WAITING && !isUrgent) continue;
    if (killsToken) await control.killToken();
    if (fault !== undefined) await control.fault(fault);
  }
}

/** Ends all faults except the used-up daily quota, which WeChat resets at midnight. */
export async function endTroubles({ control }: Emulated): Promise<void> {
  const { faults } = await control.state();
  await control.clearFaults();
  for (const fault of faults)
    if (fault.fault === "errcode" && fault.errcode === DAILY_QUOTA) await control.fault(fault);
}

/** Whether WeChat answered an app that its daily quota is used up. */
export function isQuotaUsed(call: CallRecord): boolean {
  return isSend(call) && call.errcode === DAILY_QUOTA;
}

/** Whether a call sends a customer-service message. */
export function isSend({ path }: CallRecord): boolean {
  return path === SEND_PATH;
}

function isToken({ path }: CallRecord): boolean {
  return path === TOKEN_PATH;
}

interface Setting {
  readonly fault?: FaultRequest;
  readonly killsToken?: boolean;
  readonly isUrgent?: boolean;
}

function toFault({ trouble, times, delayMs }: Planned): Setting {
  const send = { target: "send", times } as const;
  const token = { target: "token", times } as const;
  switch (trouble) {
    case "busy":
      return { fault: { ...send, fault: "errcode", errcode: BUSY } };
    case "slow":
      return { fault: { ...send, fault: "slow", delayMs } };
    case "broken before":
      return { fault: { ...send, fault: "drop", when: "before" } };
    case "broken after":
      return { fault: { ...send, fault: "drop", when: "after" } };
    case "http 502":
      return { fault: { ...send, fault: "http", status: 502 } };
    case "token killed":
      return { killsToken: true };
    case "token slow":
      return { killsToken: true, fault: { ...token, fault: "slow", delayMs } };
    case "token busy":
      return { killsToken: true, fault: { ...token, fault: "errcode", errcode: BUSY } };
    case "minute quota":
      // Only for the first app: the second one has the permanent fault.
      return {
        isUrgent: true,
        fault: { ...send, fault: "errcode", errcode: MINUTE_QUOTA, appid: LOCAL_APP.appid },
      };
    case "daily quota":
      // Without a count: it lasts as long as the run.
      return {
        isUrgent: true,
        fault: { target: "send", fault: "errcode", errcode: DAILY_QUOTA, appid: SECOND_APP.appid },
      };
  }
}
