/** Promise 3, what users type: it is never read as structure. */
import type { MutantTable } from "./mutant.ts";

const TYPED_TEXT = "pure/protocol/typed-text.test.ts";

/** Mutants of the reading of the platform's frame. */
export const TYPED_TEXTS: MutantTable = {
  rule: "a user's text comes back as it was typed or is marked damaged, and never changes who wrote or what it answers",
  spec: "WECHAT.md §1.4",
  mutants: [
    {
      name: "message-of-another-sender",
      breaks: "an OpenID in a message makes it another user's",
      promise: 3,
      file: "worker/protocol/push.ts",
      find: 'fields.required("FromUserName", OPENID)',
      replace: 'fields.required(fields.text("OpenID") === "" ? "FromUserName" : "OpenID", OPENID)',
      killedBy: [TYPED_TEXT, "the sender of a message is FromUserName alone; OpenID counts in events"],
    },
    {
      name: "typed-text-parsed",
      breaks: "a text that holds the end of CDATA is parsed: it is lost, or adds fields",
      promise: 3,
      file: "worker/protocol/xml-frame.ts",
      find: "return readAround(text) ?? readWhole(text);",
      replace: "return readWhole(text);",
      killedBy: [TYPED_TEXT, "a text is received as it was typed: code with the end of CDATA"],
    },
    {
      name: "typed-text-ends-early",
      breaks: "what looks like the end of a text is its end, and what follows becomes fields",
      promise: 3,
      file: "worker/protocol/xml-frame.ts",
      find: "at: text.lastIndexOf(`</${name}>`)",
      replace: "at: text.indexOf(`</${name}>`)",
      killedBy: [TYPED_TEXT, "a text is received as it was typed: another id"],
    },
    {
      name: "first-border-believed",
      breaks: "a title that holds the border to the path is cut there, and says what the path is",
      promise: 3,
      file: "worker/protocol/xml-frame.ts",
      find: "if (found !== undefined || !fields.ok) return undefined;",
      replace: "if (found !== undefined || !fields.ok) continue;",
      killedBy: [TYPED_TEXT, "a card that holds the border between its texts is damaged"],
    },
    {
      name: "unknown-text-adds-fields",
      breaks: "a text of an unknown kind of message adds a field to it",
      promise: 3,
      file: "worker/protocol/xml-frame.ts",
      find: "return isSame && !Object.values(whole).some(isWireList) && !TYPED_END.test(between);",
      replace: "return isSame || TYPED_END.test(between);",
      killedBy: [TYPED_TEXT, "a message of an unknown kind is its sender's, and damaged"],
    },
    {
      name: "damaged-text-believed",
      breaks: "a damaged card is answered by its rules as if it were whole",
      promise: 3,
      file: "worker/protocol/push.ts",
      find: "isKnownMessage(type) && damaged === undefined",
      replace: "isKnownMessage(type)",
      killedBy: [TYPED_TEXT, "a card that holds the border between its texts is damaged"],
    },
  ],
};
