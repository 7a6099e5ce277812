/** `<kefu-chat>`: a button around `wx.openCustomerServiceChat`, which opens WeCom 微信客服 (WECHAT.md §9.3). */
import { createEntryBehavior } from "../entry/entry-behavior.ts";

export default Component({
  behaviors: [createEntryBehavior("chat", ({ fallback }) => fallback === "contact")],
  externalClasses: ["custom-class", "icon-class", "text-class"],
  options: { multipleSlots: true },
});
