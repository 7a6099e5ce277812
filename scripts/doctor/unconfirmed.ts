/**
 * The points that WeChat's documents leave open (WECHAT.md §15), and which of them the checks resolve for this account.
 * The others need real messages or the console; each names what to examine.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { isLocal } from "./check-address.ts";
import type { WeChatFacts } from "./check-wechat.ts";
import { say } from "./finding.ts";

/** One open point. */
export interface OpenPoint {
  /** Its number in WECHAT.md §15. */
  readonly number: number;
  readonly what: BilingualText;
  /** What was observed for this account; absent: still open. */
  readonly settled?: BilingualText;
}

/** Points that the checks cannot resolve, each with what the operator should examine. */
const OTHERS: readonly OpenPoint[] = [
  {
    number: 1,
    what: say(
      "兼容模式的 JSON 格式（在后台切换后发一条消息）",
      "the JSON format in compatible mode (switch the mode in the console, then send a message)",
    ),
  },
  {
    number: 2,
    what: say("JSON 推送的 Content-Type（查看请求头）", "the content type of JSON pushes (see the request headers)"),
  },
  {
    number: 3,
    what: say(
      "状态不是 200 时是否重试、间隔多久（查看日志）",
      "whether a push is retried after a status other than 200, and when (see the log)",
    ),
  },
  {
    number: 4,
    what: say(
      "文本上限 2048 的单位、标题长度上限（发送边界长度的消息）",
      "the unit of the text limit 2048, and limits of titles (send messages of that length)",
    ),
  },
  { number: 5, what: say("kf_account 与 TransInfo", "kf_account and TransInfo") },
  { number: 6, what: say("客服接入、关闭事件是否推送", "whether kf_*_session events are pushed") },
  {
    number: 8,
    what: say("卡片封面的比例、是否支持远程图片", "the aspect ratio of card covers, and whether remote pictures work"),
  },
  { number: 9, what: say("sendMessagePath 的 .html 后缀", "the .html suffix of sendMessagePath") },
  { number: 10, what: say("openCustomerServiceChat 的错误", "the errors of openCustomerServiceChat") },
  { number: 13, what: say("内容检测是否接受 PicUrl", "whether media checks accept a PicUrl") },
  { number: 14, what: say("明文模式是否带 openid 参数", "whether pushes in plain mode have the openid parameter") },
  { number: 15, what: say("session-from 中的昵称、头像", "nickname and avatar in session-from") },
  { number: 16, what: say("请求体大小上限", "the maximum size of bodies") },
  { number: 17, what: say("<contact-button> 是否仍显示", "whether <contact-button> is still displayed") },
  { number: 18, what: say("能否上传语音、视频", "whether voice and video can be uploaded") },
];

/** Builds the report, by number. A worker on this machine uses the local WeChat, so none of the points is resolved. */
export function reportUnconfirmed(url: string, facts: WeChatFacts): readonly OpenPoint[] {
  const known = isLocal(url) ? {} : facts;
  return [reachability(known), dailyLimit(known), ...OTHERS].toSorted((a, b) => a.number - b.number);
}

function reachability({ asked = [], reached = [] }: WeChatFacts): OpenPoint {
  const what = say(
    "能否从中国大陆访问消息推送 URL（备案）",
    "whether the push URL can be reached from mainland China (ICP filing)",
  );
  if (asked.length === 0) return { number: 7, what };
  const seen = `${reached.length}/${asked.length} (${reached.join(", ")})`;
  return { number: 7, what, settled: say(`DNS 与 ping：${seen} 可达`, `by DNS and ping: reached from ${seen}`) };
}

function dailyLimit({ dailyLimit: limit }: WeChatFacts): OpenPoint {
  const what = say("发送接口的每日调用上限", "the daily call limit of custom/send");
  return limit === undefined
    ? { number: 11, what }
    : { number: 11, what, settled: say(`${limit} 次`, `${limit} calls`) };
}
