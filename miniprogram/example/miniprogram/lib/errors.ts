/** 处理客服组件的 error 事件 / Handles the error events of the customer service components. */
import { texts } from "./text";

/**
 * 卡片指向的页面打不开时提示用户，其他错误只输出到控制台 / Shows a message when the page of a card cannot be opened; other errors are printed on
 * the console only.
 */
export function onKefuError(event: WechatMiniprogram.CustomEvent<{ reason: string }>): void {
  if (event.detail.reason === "navigation_failed") void wx.showToast({ title: texts.noPage, icon: "none" });
}
