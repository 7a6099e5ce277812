/**
 * The points WeChat's documents leave open (WECHAT.md §15), and which of them the checks settle for this account. The
 * others need real messages or the console; each one names what to look at.
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
  /** The observation for this account; absent: still open. */
  readonly settled?: BilingualText;
}

/** Points the checks can never settle, with what to look at. */
const OTHERS: readonly OpenPoint[] = [
  {
    number: 1,
    what: say(
      "兼容模式的 JSON 格式（改后台后发一条消息）",
      "JSON in compatible mode (switch the console, send a message)",
    ),
  },
  {
    number: 2,
    what: say("JSON 推送的 Content-Type（看请求头）", "the content type of JSON pushes (look at the request)"),
  },
  {
    number: 3,
    what: say("非 200 是否重发、间隔多久（看日志）", "whether anything but 200 is sent again, and when (see the log)"),
  },
  {
    number: 4,
    what: say(
      "2048 的单位，标题长度上限（发边界长度的消息）",
      "the unit of 2048, limits of titles (send messages of that size)",
    ),
  },
  { number: 5, what: say("kf_account 与 TransInfo", "kf_account and TransInfo") },
  { number: 6, what: say("客服接入、关闭事件是否推送", "whether kf_*_session events are pushed") },
  { number: 8, what: say("卡片封面比例、远程图片", "the ratio of card covers, remote pictures") },
  { number: 9, what: say("sendMessagePath 的 .html 后缀", "the .html suffix of sendMessagePath") },
  { number: 10, what: say("openCustomerServiceChat 的错误", "the errors of openCustomerServiceChat") },
  { number: 13, what: say("内容检测是否接受 PicUrl", "whether media checks take a PicUrl") },
  { number: 14, what: say("明文模式是否带 openid 参数", "whether plain mode has the openid parameter") },
  { number: 15, what: say("session-from 中的昵称、头像", "nickname and avatar in session-from") },
  { number: 16, what: say("请求体大小上限", "the largest bodies") },
  { number: 17, what: say("<contact-button> 是否仍显示", "whether <contact-button> still shows") },
  { number: 18, what: say("能否上传语音、视频", "whether voice and video can be uploaded") },
];

/** The report, by number. A worker on this machine uses the local WeChat, which settles nothing. */
export function reportUnconfirmed(url: string, facts: WeChatFacts): readonly OpenPoint[] {
  const known = isLocal(url) ? {} : facts;
  return [reachability(known), dailyLimit(known), ...OTHERS].toSorted((a, b) => a.number - b.number);
}

function reachability({ asked = [], reached = [] }: WeChatFacts): OpenPoint {
  const what = say("消息推送 URL 能否从大陆连到（备案）", "whether the push URL is reached from the mainland (filing)");
  if (asked.length === 0) return { number: 7, what };
  const seen = `${reached.length}/${asked.length} (${reached.join(", ")})`;
  return { number: 7, what, settled: say(`DNS 与 ping：${seen} 可达`, `by DNS and ping: reached from ${seen}`) };
}

function dailyLimit({ dailyLimit: limit }: WeChatFacts): OpenPoint {
  const what = say("发送接口的每日额度", "the daily quota of the send call");
  return limit === undefined
    ? { number: 11, what }
    : { number: 11, what, settled: say(`${limit} 次`, `${limit} calls`) };
}
