/** Promise 3, what users type: it is never read as structure. */
import type { MutantTable } from "./mutant.ts";

const TYPED_TEXT = "pure/protocol/typed-text.test.ts";
const TYPED_EVENT = "pure/protocol/typed-events.test.ts";

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
    {
      name: "event-text-parsed",
      breaks: "an event whose text holds the end of CDATA is parsed: its text is changed",
      promise: 3,
      file: "worker/protocol/xml-frame.ts",
      find: "return !TYPED_END.test(text) && !hasTypedRepeat(text);",
      replace: "return !hasTypedRepeat(text);",
      killedBy: [TYPED_EVENT, 'an event with a typed text is damaged, and about the user of its head: "a]]>b"'],
    },
    {
      name: "event-text-adds-fields",
      breaks: "a text of an event adds a field to it, and says whom it is about",
      promise: 3,
      file: "worker/protocol/xml-frame.ts",
      find: "return !TYPED_END.test(text) && !hasTypedRepeat(text);",
      replace: "return !TYPED_END.test(text);",
      killedBy: [TYPED_EVENT, "an event with a typed text is about the user whom OpenID names before the text"],
    },
    {
      name: "broken-event-refused",
      breaks: "an event whose text breaks the XML is refused, not stored",
      promise: 3,
      file: "worker/protocol/xml-edges.ts",
      find: "return isIdentified(fields) || isNamedEvent(fields) ?",
      replace: "return isIdentified(fields) ?",
      killedBy: [TYPED_EVENT, 'an event with a typed text is damaged, and about the user of its head: "<b>]]></b>"'],
    },
    {
      name: "damaged-event-believed",
      breaks: "a damaged event is taken for a known one with fields that are missing",
      promise: 3,
      file: "worker/protocol/push.ts",
      find: "if (damaged !== undefined) return toUnknownEvent(head, name, wire, damaged);",
      replace: "",
      killedBy: [TYPED_EVENT, "an event with a typed text is about the user whom OpenID names before the text"],
    },
  ],
};
