/** Where the pushes of a mini program hold a user's text (WECHAT.md §3.1). */
import { createFrame } from "../wechat/push/xml/frame.ts";

/** By kind of push; prepared once. */
export const TYPED_TEXTS = createFrame(
  new Map([
    ["text", ["Content"]],
    ["miniprogrampage", ["Title", "PagePath"]],
    ["event:user_enter_tempsession", ["SessionFrom"]],
  ]),
);
