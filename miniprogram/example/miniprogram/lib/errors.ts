/** 客服组件报错时对用户说什么 / What the user is told when a customer service component reports an error. */
import { texts } from "./text";

/** 卡片指向打不开的页面时提示一下，其余只留在控制台 / A card that leads nowhere is said; the rest stays in the console. */
export function onKefuError(event: WechatMiniprogram.CustomEvent<{ reason: string }>): void {
  if (event.detail.reason === "navigation_failed") void wx.showToast({ title: texts.noPage, icon: "none" });
}
