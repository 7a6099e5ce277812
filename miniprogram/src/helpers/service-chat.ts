/** `wx.openCustomerServiceChat` (WeCom 微信客服, WECHAT.md §9.3) as a promise of a `Result`. */
import { toChatPath, type CardOptions } from "./card.ts";
import { readChatFailure, type OpenChatError } from "./chat-failure.ts";
import { supports, whyUnsupported } from "./client.ts";
import { err, ok, type Result } from "./codecs.ts";
import { warnDeveloper } from "./developer-hint.ts";
import { createTapGuard } from "./tap-guard.ts";
import { callWx } from "./wx-call.ts";

/** The service desk to open. */
export interface ServiceChatOptions {
  /** The company's id in WeCom, `ww…`. */
  readonly corpId: string;
  /** The address of the service desk, `https://work.weixin.qq.com/kfid/kfc…`. */
  readonly url: string;
  /** The card the user may send; none by default. */
  readonly card?: CardOptions | null | undefined;
}

const guard = createTapGuard();

/**
 * Opens the chat. WeChat allows it only inside a tap: call it from a `bind:tap` handler, before any `await`.
 *
 * @returns why it did not open: `not_bound` (bind the company in the console), `no_tap`, `not_supported`, `cancelled`,
 *   `busy` (already opening), `failed`
 * @example const opened = await openServiceChat({ corpId, url }); if (!opened.ok) console.log(opened.error.reason);
 */
export async function openServiceChat(options: ServiceChatOptions): Promise<Result<void, OpenChatError>> {
  if (!supports("chat") || typeof wx.openCustomerServiceChat !== "function") {
    return err({ reason: "not_supported", message: whyUnsupported("chat") ?? "" });
  }
  if (!guard.enter()) return err({ reason: "busy", message: "" });
  const opened = await callWechat(options);
  // After a failure the user may try again at once. After a success taps stay ignored, because the chat is about to
  // cover the page.
  if (!opened.ok) guard.release();
  return opened;
}

async function callWechat({ corpId, url, card }: ServiceChatOptions): Promise<Result<void, OpenChatError>> {
  const called = await callWx((callbacks) =>
    wx.openCustomerServiceChat({ corpId, extInfo: { url }, ...toCardParameters(card), ...callbacks }),
  );
  if (called.ok) return ok(undefined);
  const failure = readChatFailure(called.error);
  if (failure.reason === "not_bound" || failure.reason === "no_tap") warnDeveloper(failure.reason);
  return err(failure);
}

function toCardParameters(
  card: CardOptions | null | undefined,
): Partial<WechatMiniprogram.OpenCustomerServiceChatOption> {
  if (card === null || card === undefined) return {};
  const { title, image } = card;
  const path = toChatPath(card);
  // Null or an empty string, which an untyped page may pass, counts as absent.
  return {
    showMessageCard: true,
    ...(title ? { sendMessageTitle: title } : {}),
    ...(path ? { sendMessagePath: path } : {}),
    ...(image ? { sendMessageImg: image } : {}),
  };
}
