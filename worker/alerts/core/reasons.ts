/** Why a robot did not accept a message, with meaning and fix for the operator. Pure. */
import type { BilingualText } from "../../../shared/base/bilingual.ts";

/** One reason, with its meaning and fix. */
interface Reason {
  /** Whether sending again may help without a change of the configuration. */
  readonly isPassing: boolean;
  readonly meaning: BilingualText;
  readonly cure: BilingualText;
}

/** Makes one row of the table. */
function reason(isPassing: boolean, meaning: readonly [string, string], cure: readonly [string, string]): Reason {
  return { isPassing, meaning: { zh: meaning[0], en: meaning[1] }, cure: { zh: cure[0], en: cure[1] } };
}

/** All reasons. */
// oxfmt-ignore
export const ALERT_REASONS = {
  wrong_key: reason(false, ["机器人不存在，或网址中的 key 不对", "the robot does not exist, or the key in its URL is wrong"],
    ["在群设置中重新复制 Webhook 地址，更新 ALERT_ROBOTS", "copy the webhook URL again from the group's settings and update ALERT_ROBOTS"]),
  wrong_signature: reason(false, ["签名校验未通过", "the signature was rejected"],
    ["ALERT_ROBOTS 中的 secret 须与机器人安全设置中的“加签/签名校验”密钥一致", "make secret in ALERT_ROBOTS the secret that the robot's security settings show"]),
  keyword: reason(false, ["消息不含机器人要求的关键词", "the message has none of the keywords that the robot demands"],
    ["把关键词设为“客服”（英文消息为 Support desk），或改用签名校验", "set the keyword 客服 (for English messages: Support desk), or use signatures instead"]),
  ip_refused: reason(false, ["机器人限制了来源 IP", "the robot accepts certain IP addresses only"],
    ["Worker 没有固定 IP：关闭 IP 限制，改用签名校验", "a Worker has no fixed IP: remove the restriction and use signatures instead"]),
  restricted: reason(false, ["机器人的安全设置拒绝了消息", "the robot's security settings reject the message"],
    ["核对机器人的安全设置：关键词、加签、IP 限制", "check the robot's security settings: keywords, signature, IP addresses"]),
  group_gone: reason(false, ["群或频道已归档、解散，或不允许机器人发言", "the group or channel is archived, or does not let the robot write"],
    ["恢复群或频道，或换一个机器人", "restore the group or channel, or use another robot"]),
  bad_request: reason(false, ["机器人不接受这种消息格式", "the robot does not accept this form of message"],
    ["核对网址是否为群机器人的 Webhook 地址，而不是其他接口", "check that the URL is that of a group robot's webhook and not of something else"]),
  too_many: reason(true, ["发送过于频繁，暂时被限流", "too many messages: the robot is throttled for now"],
    ["几分钟后再试；不要让其他系统频繁使用同一个机器人", "try again in a few minutes; do not let other systems use the same robot often"]),
  vendor_error: reason(true, ["返回了没有记录的错误码", "an error code that is not documented here was returned"],
    ["按错误码查阅该厂商的文档", "look the code up in the vendor's documentation"]),
  unreadable_answer: reason(true, ["响应无法识别", "the answer cannot be read"],
    ["核对网址是否为群机器人的 Webhook 地址", "check that the URL is that of a group robot's webhook"]),
  redirected: reason(false, ["网址返回了重定向，不会跟随", "the URL redirects, which is not followed"],
    ["使用厂商给出的原始 Webhook 地址", "use the webhook URL as the vendor shows it"]),
  url_refused: reason(false, ["网址不允许使用", "the URL is not allowed"],
    ["使用厂商的公网 https 地址", "use the vendor's public https address"]),
  unreachable: reason(true, ["5 秒内无法连接或没有响应，或返回了意外的 HTTP 状态码", "the robot cannot be reached, did not answer within 5 seconds, or returned an unexpected HTTP status"],
    ["稍后再试；从中国大陆以外访问国内厂商时可能较慢", "try again later"]),
} as const satisfies Record<string, Reason>;

/** The stable code of a reason. */
export type AlertReason = keyof typeof ALERT_REASONS;

/** Why a robot did not accept a message. */
export interface AlertFailure {
  readonly reason: AlertReason;
  /** The vendor's error code or, without one, the HTTP status. */
  readonly code?: string;
  /** How long the vendor asks to wait, milliseconds; absent when it does not say. */
  readonly retryAfterMs?: number;
}
