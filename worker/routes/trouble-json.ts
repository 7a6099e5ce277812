/**
 * A series of failed attempts in words, for `/healthz`: since when, why, and the cure.
 */
import type { FaultJson } from "../../shared/api/health.ts";
import { both, isoTime } from "../../shared/api/schemas.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { describeErrcode } from "../../shared/errcode.ts";
import type { Trouble } from "../account/core/trouble.ts";

type TroubleFault = Trouble & { readonly reason: "no_token" | "sends_failing" };
type Cause = Exclude<Trouble["cause"], "refused">;

const CAUSES: Readonly<Record<Cause, BilingualText>> = {
  timeout: { zh: "没有按时应答", en: "there was no answer in time" },
  network: { zh: "连接失败或中断", en: "the connection failed or broke" },
  bad_response: {
    zh: "应答不是微信的（HTTP 5xx、网页或别的内容）",
    en: "what came was not an answer of WeChat (HTTP 5xx, a web page or something else)",
  },
  limited: {
    zh: "微信反复给出它自己拒绝的令牌，强制刷新次数有限",
    en: "WeChat keeps giving the token it refuses, and forced refreshes are limited",
  },
};

const REACH: Readonly<Record<TroubleFault["reason"], BilingualText>> = {
  no_token: {
    zh: "核对 WECHAT_TOKEN_BASE（默认同 WECHAT_API_BASE）：那里的中转服务是否在运行，是否原样转发 POST /cgi-bin/stable_token；没有设置时多半是微信一侧或网络的问题。恢复后等待的消息自动发出",
    en: "check WECHAT_TOKEN_BASE (by default WECHAT_API_BASE): does the relay there run, and pass POST /cgi-bin/stable_token on unchanged? If it is not set, WeChat or the network is most likely at fault. Messages that wait are sent once there is a token",
  },
  sends_failing: {
    zh: "核对 WECHAT_API_BASE：那里的中转服务是否在运行；没有设置时多半是微信一侧或网络的问题。下一条发送成功的消息使状态恢复；结果不明的消息为 unconfirmed，需要时由您重发",
    en: "check WECHAT_API_BASE: does the relay there run? If it is not set, WeChat or the network is most likely at fault. It ends with the next message that is sent; messages without an outcome are unconfirmed, send them again if they are needed",
  },
};

const REPLACED = {
  zh: "同一个 AppSecret 是否还有别的程序用旧接口（/cgi-bin/token）获取令牌，使这里的令牌失效：都改用 stable_token",
  en: "does another program with the same AppSecret fetch tokens by the old call (/cgi-bin/token) and so end the ones used here? Let all use stable_token",
};

/** Shows it. */
export function toTroubleJson(appid: string, fault: TroubleFault): FaultJson {
  const { reason, since, count, cause, errcode } = fault;
  const known = errcode === undefined ? undefined : describeErrcode(errcode);
  const why =
    cause === "refused"
      ? { zh: `微信返回 ${errcode}（${known?.meaning.zh}）`, en: `WeChat answered ${errcode} (${known?.meaning.en})` }
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
    ...(known !== undefined && errcode !== undefined && { errcode, name: known.name }),
    meaning,
    cure: both(cure.zh, cure.en),
    count,
    since: start,
  };
}

function cureOf({ reason, cause }: TroubleFault, known: ReturnType<typeof describeErrcode> | undefined): BilingualText {
  if (cause === "limited" || known?.replacesToken === true) return REPLACED;
  // Busy: what is tried again by itself may still be behind a relay that answers so.
  return known === undefined || known.reaction === "retry" || known.reaction === "outage" ? REACH[reason] : known.cure;
}
