/** Lists the fields in which the pushes of a mini program contain a user's text (WECHAT.md §3.1). */
import { createFrame } from "../wechat/push/xml/frame.ts";

/** The fields by kind of push, prepared once for the XML parser. */
export const TYPED_TEXTS = createFrame(
  new Map([
    ["text", ["Content"]],
    ["miniprogrampage", ["Title", "PagePath"]],
    ["event:user_enter_tempsession", ["SessionFrom"]],
  ]),
);
