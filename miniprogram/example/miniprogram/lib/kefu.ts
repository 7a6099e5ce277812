/**
 * 客服的类型声明：页面上下文与卡片路径只在 `shared/app-context.ts` 声明一次，与 Worker 共用 / The types of page contexts and card paths are
 * declared once, in `shared/app-context.ts`, and shared with the Worker.
 */
import { createKefu } from "edge-kefu-miniprogram";
// 只导入类型，不会打进小程序包 / Only types are imported, so no code of that file is in the mini program.
import type { AppContext, AppRoutes } from "../../../../shared/app-context.ts";

/** 卡片与上下文的编解码 / Encodes and decodes card paths and page contexts. */
export const kefu = createKefu<AppContext, AppRoutes>();

/** 原样返回页面的上下文，字段写错时编译报错 / Returns a page's context unchanged; a wrong field is a compile error. */
export function describePage(context: AppContext): AppContext {
  return context;
}

/** 微信客服（企业微信），没有就留空 / WeCom customer service; empty when you have none. */
export const wecom = { corpId: "ww0123456789abcdef", url: "https://work.weixin.qq.com/kfid/kfc0123456789abcdef" };
