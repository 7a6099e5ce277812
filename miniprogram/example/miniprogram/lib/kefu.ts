/**
 * 客服：页面上下文与卡片路径的类型，和 Worker 共用一处声明 / Customer service, typed: what a page tells the Worker and where
 * cards lead is declared once, in `shared/app-context.ts`.
 */
import { createKefu } from "edge-kefu-miniprogram";
// 只导入类型 / Types only: nothing of it is in the mini program.
import type { AppContext, AppRoutes } from "../../../../shared/app-context.ts";

/** 卡片与上下文的编解码 / Codecs of cards and contexts. */
export const kefu = createKefu<AppContext, AppRoutes>();

/** 页面的上下文，写错字段是编译错误 / A page's context: a wrong field is a compile error. */
export function describePage(context: AppContext): AppContext {
  return context;
}

/** 微信客服（企业微信），没有就留空 / WeCom customer service; empty when you have none. */
export const wecom = { corpId: "ww0123456789abcdef", url: "https://work.weixin.qq.com/kfid/kfc0123456789abcdef" };
