/**
 * The last fallback: a dialogue shown when no chat can be opened. It says what to do instead and offers a phone call.
 */
import { callWx } from "../helpers/wx-call.ts";
import type { Texts } from "./texts.ts";

/** The content of the dialogue. */
export interface HelpOptions {
  /** The phone number; when empty, no call is offered. */
  readonly phone: string;
  readonly said: string;
  readonly texts: Texts;
}

/** Shows the dialogue, and calls when the user confirms. */
export async function showHelp({ phone, said, texts }: HelpOptions): Promise<void> {
  const callable = phone !== "";
  const answered = await callWx<{ readonly confirm: boolean }>((callbacks) =>
    wx.showModal({
      title: texts.helpTitle,
      content: callable ? `${said}\n${phone}` : said,
      showCancel: callable,
      confirmText: callable ? texts.call : texts.understood,
      ...(callable ? { cancelText: texts.dismiss } : {}),
      ...callbacks,
    }),
  );
  if (!callable || !answered.ok || !answered.value.confirm) return;
  // The user may still decline the call; then there is nothing to do.
  await callWx((callbacks) => wx.makePhoneCall({ phoneNumber: phone, ...callbacks }));
}

/** Shows a short text in the middle of the screen. */
export async function showToast(title: string): Promise<void> {
  await callWx((callbacks) => wx.showToast({ title, icon: "none", ...callbacks }));
}
