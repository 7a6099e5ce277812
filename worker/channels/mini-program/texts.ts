/**
 * The mini program's texts for people: the meaning of a code, and the fix when tokens or sends have failed for some
 * time.
 */
import type { BilingualText } from "../../../shared/base/bilingual.ts";
import type { ChannelTexts } from "../channel.ts";
import { describeCode } from "../wechat/errcode.ts";

const RELAY: Readonly<Record<Parameters<ChannelTexts["trouble"]>[0], BilingualText>> = {
  no_token: {
    zh: "检查 WECHAT_TOKEN_BASE（默认同 WECHAT_API_BASE）处的中转服务是否在运行，是否原样转发 POST /cgi-bin/stable_token；未设置时，多为微信或网络的问题。恢复后，等待的消息会自动发出",
    en: "check that the relay at WECHAT_TOKEN_BASE (default: WECHAT_API_BASE) is running and forwards POST /cgi-bin/stable_token unchanged. If the variable is not set, the cause is probably WeChat or the network. Waiting messages are sent when a token is available",
  },
  sends_failing: {
    zh: "检查 WECHAT_API_BASE 处的中转服务是否在运行；未设置时，多为微信或网络的问题。下一次发送成功后，状态恢复正常；结果未知的消息状态为 unconfirmed，如有需要请重新发送",
    en: "check that the relay at WECHAT_API_BASE is running. If the variable is not set, the cause is probably WeChat or the network. The state is reset by the next successful send; messages without a known outcome are unconfirmed: send them again if needed",
  },
};

const REPLACED: BilingualText = {
  zh: "检查是否有其他程序使用同一个 AppSecret 调用旧接口（/cgi-bin/token），使本系统的 access_token 失效：请让该程序改用 stable_token",
  en: "check whether another program with the same AppSecret fetches tokens from the old endpoint (/cgi-bin/token), which invalidates the tokens used here: change that program to stable_token",
};

/** The texts of the mini-program channel. */
export const MINI_PROGRAM_TEXTS: ChannelTexts = {
  code: describeCode,
  trouble(reason, cause, code) {
    const known = code === undefined ? undefined : describeCode(code);
    if (cause === "limited" || known?.replacesToken === true) return REPLACED;
    // WeChat is busy, a relay answers as if WeChat were busy, or there is no code. The attempts are repeated
    // automatically.
    const isBusy = known === undefined || known.reaction === "retry" || known.reaction === "outage";
    return isBusy ? RELAY[reason] : known.cure;
  },
};
