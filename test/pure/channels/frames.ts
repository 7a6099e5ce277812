/** Pushes in XML as the platform writes them: texts in CDATA, unescaped (WECHAT.md §1.4), fields in the order of its samples. */
import * as fc from "fast-check";

/** The head fields of every push built here. */
export const FRAME = {
  account: "gh_0123456789ab",
  openid: "oWriter-of_the_Tests_0000001",
  seconds: 1_760_000_000,
  msgId: "23637352235060883",
};

/** The layout of a push. */
export interface Layout {
  /** After each field. */
  readonly lineEnd?: string;
  /** Elements after the last field. */
  readonly tail?: string;
  /** The order of the fields, other than that of the samples. */
  readonly names?: readonly string[];
}

/** A push with these fields after its head. */
export function frameXml(type: string, fields: Readonly<Record<string, string>>, layout: Layout = {}): string {
  const { lineEnd = "", tail = "" } = layout;
  const all: Readonly<Record<string, string>> = {
    ToUserName: FRAME.account,
    FromUserName: FRAME.openid,
    CreateTime: String(FRAME.seconds),
    MsgType: type,
    ...fields,
  };
  const { names = Object.keys(all) } = layout;
  const elements = names.map((name) => element(name, all[name] ?? "") + lineEnd);
  return `<xml>${elements.join("")}${tail}</xml>`;
}

/** A text message. */
export function textXml(content: string, layout: Layout = {}): string {
  return frameXml("text", { Content: content, MsgId: FRAME.msgId }, layout);
}

/** A mini-program card. */
export function cardXml(title: string, pagePath: string, layout: Layout = {}): string {
  const fields = {
    MsgId: FRAME.msgId,
    Title: title,
    AppId: "wx1",
    PagePath: pagePath,
    ThumbUrl: "http://example.com/t",
    ThumbMediaId: "thumb-1",
  };
  return frameXml("miniprogrampage", fields, layout);
}

/** The event of entering. */
export function enterXml(entryText: string, layout: Layout = {}): string {
  return frameXml("event", { Event: "user_enter_tempsession", SessionFrom: entryText }, layout);
}

function element(name: string, value: string): string {
  const isNumber = name === "MsgId" || name === "CreateTime";
  return `<${name}>${isNumber ? value : `<![CDATA[${value}]]>`}</${name}>`;
}

/** Texts that look like the frame around them, as a text message would have them. */
export const TYPED: readonly (readonly [what: string, text: string])[] = [
  ["markup with CDATA of its own", "<msg><status><![CDATA[ok]]></status></msg>"],
  ["code with the end of CDATA", "if (a[b[0]]>1) {}"],
  ["the end of CDATA alone", "]]>"],
  ["the beginning of CDATA alone", "<![CDATA["],
  ["CDATA split as a writer of XML would", "a]]]]><![CDATA[>b"],
  ["brackets at both ends", "[[x]]"],
  ["a field of an event", "x]]></Content><OpenID><![CDATA[oB]]></OpenID><Content><![CDATA["],
  ["a field of an event, with no other CDATA", "x]]></Content><OpenID><![CDATA[oB"],
  ["another sender", "x]]></Content><FromUserName><![CDATA[oB]]></FromUserName><Content><![CDATA[y"],
  ["another id", "x]]></Content><MsgId>1</MsgId>"],
  ["another id at the end", "x]]></Content><MsgId>1</MsgId></xml>"],
  [
    "another kind",
    "x]]></Content><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[user_enter_tempsession]]></Event>",
  ],
  ["a sub-merchant", "x]]></Content><BusinessId>7</BusinessId><Content><![CDATA[y"],
  ["an envelope", "x]]></Content><Encrypt><![CDATA[AAAA]]></Encrypt><Content><![CDATA[y"],
  ["a whole message", textXml("inner").replace(FRAME.openid, "oB")],
  ["the end of the document", "</xml>"],
  ["a DOCTYPE", '<!DOCTYPE xml [<!ENTITY a "b">]>&a;'],
  ["the field of another kind", "<SessionFrom><![CDATA[x]]></SessionFrom>"],
  ["a forbidden name", "]]></Content><__proto__>x</__proto__><Content><![CDATA["],
  ["more levels than allowed", "<a>".repeat(40)],
  ["more elements than allowed", "]]><a/>".repeat(1_200)],
  ["line ends of every kind", "a\r\nb\rc\n"],
  ["references", "&lt;&amp;lt;&#65;"],
  ["nothing", ""],
  ["spaces", "  "],
];

const NAMES = [
  "Content",
  "Title",
  "PagePath",
  "SessionFrom",
  "FromUserName",
  "OpenID",
  "MsgId",
  "MsgType",
  "Event",
  "Label",
];
const PIECE = fc.oneof(
  fc.constantFrom("]]>", "<![CDATA[", "<xml>", "</xml>", "]", ">", "<", "]]", "&lt;", "<!--", "<?", "\r\n", " "),
  fc.constantFrom(...NAMES.flatMap((name) => [`<${name}>`, `</${name}>`, `]]></${name}>`, `<${name}><![CDATA[`])),
  fc.constantFrom("oB", "1", "event", "user_enter_tempsession", "<MsgId>1</MsgId>", "<BusinessId>7</BusinessId>"),
  fc.constantFrom(textXml("x").replace(FRAME.openid, "oB"), enterXml("x"), cardXml("t", "p")),
  fc.string({ unit: "binary", maxLength: 5 }).map((text) => text.toWellFormed()),
);

/** Texts that contain the elements of the frame or whole messages, and texts of any characters. */
export const HOSTILE_TEXT = fc
  .array(PIECE, { maxLength: 12 })
  .map((pieces) => pieces.join(""))
  // Two joined halves may form a surrogate pair.
  .map((text) => text.toWellFormed());
