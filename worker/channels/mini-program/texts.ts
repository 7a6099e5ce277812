/**
 * The mini program's texts for people: the meaning of a code, and the cure when tokens or sends have failed for a
 * while.
 */
import type { BilingualText } from "../../../shared/base/bilingual.ts";
import type { ChannelTexts } from "../channel.ts";
import { describeCode } from "../wechat/errcode.ts";

const RELAY: Readonly<Record<Parameters<ChannelTexts["trouble"]>[0], BilingualText>> = {
  no_token: {
    zh: "检查 WECHAT_TOKEN_BASE（默认同 WECHAT_API_BASE）处的中转服务是否在运行，是否原样转发 POST /cgi-bin/stable_token；没有设置时多半是微信一侧或网络的问题。恢复后等待的消息自动发出",
    en: "check that the relay at WECHAT_TOKEN_BASE (default: WECHAT_API_BASE) is running and forwards POST /cgi-bin/stable_token unchanged. If the variable is not set, the cause is probably WeChat or the network. Waiting messages are sent when a token is available",
  },
  sends_failing: {
    zh: "检查 WECHAT_API_BASE 处的中转服务是否在运行；没有设置时多半是微信一侧或网络的问题。下一条发送成功的消息使状态恢复；结果不明的消息为 unconfirmed，需要时由您重发",
    en: "check that the relay at WECHAT_API_BASE is running. If the variable is not set, the cause is probably WeChat or the network. The state ends with the next successful send; messages without a known outcome are unconfirmed: send them again if needed",
  },
};

const REPLACED: BilingualText = {
  zh: "检查是否有其他程序用同一个 AppSecret 调用旧接口（/cgi-bin/token），使这里的 access_token 失效：请改用 stable_token",
  en: "check whether another program with the same AppSecret fetches tokens by the old call (/cgi-bin/token), which invalidates the ones used here: change it to stable_token",
};

/** The texts. */
export const MINI_PROGRAM_TEXTS: ChannelTexts = {
  code: describeCode,
  trouble(reason, cause, code) {
    const known = code === undefined ? undefined : describeCode(code);
    if (cause === "limited" || known?.replacesToken === true) return REPLACED;
    // Busy: a relay may answer so as well, although the attempts are repeated by themselves.
    const isBusy = known === undefined || known.reaction === "retry" || known.reaction === "outage";
    return isBusy ? RELAY[reason] : known.cure;
  },
};
