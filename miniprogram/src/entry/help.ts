/** The dialogue of last resort: no chat can be opened here, so say what to do instead, and offer to call. */
import { callWx } from "../helpers/wx-call.ts";
import type { Texts } from "./texts.ts";

/** What is said. */
export interface HelpOptions {
  /** Empty: nothing to call. */
  readonly phone: string;
  readonly said: string;
  readonly texts: Texts;
}

/** Shows it, and calls when the user wants to. */
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
  // The user may still decline the call; nothing is left to do then.
  await callWx((callbacks) => wx.makePhoneCall({ phoneNumber: phone, ...callbacks }));
}

/** A line at the middle of the screen. */
export async function showToast(title: string): Promise<void> {
  await callWx((callbacks) => wx.showToast({ title, icon: "none", ...callbacks }));
}
