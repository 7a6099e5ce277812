/** The texts of the components, in Chinese and English. Every text can be replaced by a property. */

/** The texts of one language. */
export interface Texts {
  readonly contact: string;
  readonly chat: string;
  readonly menu: string;
  readonly close: string;
  /** At most four characters, as for `call`. */
  readonly dismiss: string;
  readonly helpTitle: string;
  readonly help: string;
  /** Used instead of `help` where updating or switching WeChat would not help. */
  readonly unavailable: string;
  readonly call: string;
  readonly understood: string;
  readonly tapAgain: string;
  readonly notNow: string;
}

const ZH: Texts = {
  contact: "联系客服",
  chat: "在线咨询",
  menu: "客服与帮助",
  close: "关闭",
  dismiss: "关闭",
  helpTitle: "联系客服",
  help: "当前环境暂不支持在线客服。请更新微信，或在手机微信中打开本小程序。",
  unavailable: "在线客服暂不可用，请通过其他方式联系我们。",
  call: "拨打电话",
  understood: "知道了",
  tapAgain: "请再点一次以联系客服",
  notNow: "暂时无法打开客服，请稍后再试",
};

const EN: Texts = {
  contact: "Contact us",
  chat: "Chat with us",
  menu: "Help and contact",
  close: "Close",
  dismiss: "Back",
  helpTitle: "Contact us",
  help: "Chat is not available here. Please update WeChat, or open this mini program in WeChat on a phone.",
  unavailable: "Chat is not available at the moment. Please contact us in another way.",
  // wx.showModal allows at most four characters on a button.
  call: "Call",
  understood: "OK",
  tapAgain: "Tap once more to chat",
  notNow: "The chat cannot be opened now. Please try again later.",
};

/**
 * Returns the texts for a language.
 *
 * @param lang the language set by the page; any value but `zh` and `en` means `auto`
 * @param system the language of WeChat, such as `zh_CN`; empty is Chinese
 */
export function textsFor(lang: string, system: string): Texts {
  const wanted = lang === "zh" || lang === "en" ? lang : system;
  return wanted === "" || wanted.startsWith("zh") ? ZH : EN;
}

/** Reasons caused by the mini program's own setup, which its user cannot fix. */
const SET_UP: ReadonlySet<string | undefined> = new Set(["no_address", "not_bound"]);

/**
 * Returns the text of the dialogue: it advises another version of WeChat only where that would help.
 *
 * @param reason why no chat can be opened
 */
export function helpFor(reason: string | undefined, texts: Texts): string {
  return SET_UP.has(reason) ? texts.unavailable : texts.help;
}
