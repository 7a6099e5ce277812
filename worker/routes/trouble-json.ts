/**
 * A series of failed attempts in words, for `/healthz`: the start, the cause, and the cure.
 */
import type { FaultJson } from "../../shared/api/health.ts";
import { both, isoTime } from "../../shared/api/schemas.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import type { Trouble } from "../account/core/trouble.ts";
import { describeCode } from "../channels/wechat/errcode.ts";

type TroubleFault = Trouble & { readonly reason: "no_token" | "sends_failing" };
type Cause = Exclude<Trouble["cause"], "refused">;

const CAUSES: Readonly<Record<Cause, BilingualText>> = {
  timeout: { zh: "超时未应答", en: "no answer within the timeout" },
  network: { zh: "连接失败或中断", en: "the connection failed or was interrupted" },
  bad_response: {
    zh: "应答不是微信的（HTTP 5xx、网页或别的内容）",
    en: "the answer was not WeChat's (HTTP 5xx, a web page or other content)",
  },
  limited: {
    zh: "微信反复返回已被它拒绝的 access_token，且强制刷新次数有限",
    en: "WeChat keeps returning an access_token that it then refuses, and forced refreshes are limited",
  },
};

const REACH: Readonly<Record<TroubleFault["reason"], BilingualText>> = {
  no_token: {
    zh: "检查 WECHAT_TOKEN_BASE（默认同 WECHAT_API_BASE）处的中转服务是否在运行，是否原样转发 POST /cgi-bin/stable_token；没有设置时多半是微信一侧或网络的问题。恢复后等待的消息自动发出",
    en: "check that the relay at WECHAT_TOKEN_BASE (default: WECHAT_API_BASE) is running and forwards POST /cgi-bin/stable_token unchanged. If the variable is not set, the cause is probably WeChat or the network. Waiting messages are sent when a token is available",
  },
  sends_failing: {
    zh: "检查 WECHAT_API_BASE 处的中转服务是否在运行；没有设置时多半是微信一侧或网络的问题。下一条发送成功的消息使状态恢复；结果不明的消息为 unconfirmed，需要时由您重发",
    en: "check that the relay at WECHAT_API_BASE is running. If the variable is not set, the cause is probably WeChat or the network. The state ends with the next successful send; messages without a known outcome are unconfirmed: send them again if needed",
  },
};

const REPLACED = {
  zh: "检查是否有其他程序用同一个 AppSecret 调用旧接口（/cgi-bin/token），使这里的 access_token 失效：请改用 stable_token",
  en: "check whether another program with the same AppSecret fetches tokens by the old call (/cgi-bin/token), which invalidates the ones used here: change it to stable_token",
};

/** Builds the JSON of a series. */
export function toTroubleJson(appid: string, fault: TroubleFault): FaultJson {
  const { reason, since, count, cause, code } = fault;
  const known = code === undefined ? undefined : describeCode(code);
  const why =
    cause === "refused"
      ? { zh: `微信返回 ${code}（${known?.meaning.zh}）`, en: `WeChat answered ${code} (${known?.meaning.en})` }
      : CAUSES[cause];
  const start = isoTime(since);
  const meaning =
    reason === "no_token"
      ? both(
          `自 ${start} 起取不到 access_token，已试 ${count} 次；最近一次：${why.zh}`,
          `no access_token since ${start}, after ${count} calls; the latest: ${why.en}`,
        )
      : both(
          `自 ${start} 起发送约 ${count} 次没有成功，其间没有实例报告过成功；最近一次：${why.zh}`,
          `since ${start} about ${count} sends have failed, and no isolate has reported one that got through; the latest: ${why.en}`,
        );
  const cure = cureOf(fault, known);
  return {
    appid,
    reason,
    ...(known !== undefined && code !== undefined && { code, name: known.name }),
    meaning,
    cure: both(cure.zh, cure.en),
    count,
    since: start,
  };
}

function cureOf({ reason, cause }: TroubleFault, known: ReturnType<typeof describeCode> | undefined): BilingualText {
  if (cause === "limited" || known?.replacesToken === true) return REPLACED;
  // Busy: a relay may answer so as well, although the attempts are repeated by themselves.
  return known === undefined || known.reaction === "retry" || known.reaction === "outage" ? REACH[reason] : known.cure;
}
