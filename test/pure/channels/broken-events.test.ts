/** Events in XML that the parser refuses: the certain parts are read, the rest is stored unchanged. */
import { describe, it } from "vitest";
import { MAX_WIRE_DEPTH, MAX_WIRE_LENGTH, MAX_WIRE_NODES } from "../../../worker/channels/wechat/push/wire.ts";
import { FRAME, frameXml } from "./frames.ts";
import { plainPush, receive, securePush } from "./pushes.ts";

const EVENT = "brand_new_event";
const HEAD = {
  ToUserName: FRAME.account,
  FromUserName: FRAME.openid,
  CreateTime: String(FRAME.seconds),
  MsgType: "event",
  Event: EVENT,
};
const known = {
  platformAccount: FRAME.account,
  user: FRAME.openid,
  event: "account-event",
  type: "other",
  name: EVENT,
};

async function inboundOf(xml: string): Promise<Readonly<Record<string, unknown>>> {
  const received = await receive(securePush(xml, "xml"), "secure");
  return received.ok ? { ...received.value.inbound } : { ...received.error };
}

const eventXml = (elements: string) => frameXml("event", { Event: EVENT }).replace("</xml>", () => `${elements}</xml>`);
const nested = (depth: number, innermost: string) => {
  const names = Array.from({ length: depth }, (_, level) => `n${level}`);
  return (
    names.map((name) => `<${name}>`).join("") +
    innermost +
    names
      .toReversed()
      .map((n) => `</${n}>`)
      .join("")
  );
};
const flat = (count: number) => Array.from({ length: count }, (_, n) => `<k${n}><![CDATA[${n}]]></k${n}>`).join("");

describe("an event in XML that is damaged", () => {
  it.for([
    ["loose text", "<A>1</A>loose text<B>2</B>", { A: "1", B: "2" }, "loose text"],
    ["an element without end", "<A>1</A><B>2<C>3</C>", { A: "1", C: "3" }, "<B>2"],
    ["an element that only ends", "<A>1</A></B><C>3</C>", { A: "1", C: "3" }, "</B>"],
    ["attributes without quotes", "<A>1</A><B c=d>2</B><C>3</C>", { A: "1", C: "3" }, "<B c=d>2</B>"],
    [
      "a forbidden name",
      "<A>1</A><__proto__><B>2</B></__proto__><C>3</C>",
      { A: "1", C: "3" },
      "<__proto__><B>2</B></__proto__>",
    ],
    [
      "two of them",
      "<constructor>1</constructor><A>]]>x</A><prototype>2</prototype>",
      { A: "]]>x" },
      "<constructor>1</constructor><prototype>2</prototype>",
    ],
    [
      "more levels of one name than are read",
      `<A>1</A>${"<a>".repeat(40)}x${"</a>".repeat(40)}<B/><C>3</C>`,
      { A: "1", C: "3" },
      `${"<a>".repeat(40)}x${"</a>".repeat(40)}<B/>`,
    ],
    ["more levels than are read", `<A>1</A>${nested(60, "x")}<C>3</C>`, { A: "1", C: "3" }, nested(60, "x")],
    [
      "an element that cannot be read as a whole",
      "<A>1</A><B><D>4</D>loose</B><C>3</C>",
      { A: "1", C: "3" },
      "<B><D>4</D>loose</B>",
    ],
    ["a field of its head twice", `<A>1</A><Event>other</Event><C>3</C>`, { A: "1", C: "3" }, "<Event>other</Event>"],
    ["an ENTITY", '<A>1</A><!ENTITY a "b"><C>3</C>', { A: "1", C: "3" }, '<!ENTITY a "b">'],
    ["a name in brackets alone", "<A>1</A><>", { A: "1" }, "<>"],
  ] as const)("has the fields around %s", async ([, elements, raw, damaged], { expect }) => {
    const inbound = await inboundOf(eventXml(elements));
    expect(inbound).toEqual({ ...known, createdAt: FRAME.seconds * 1_000, raw: { ...HEAD, ...raw }, damaged });
  });

  it.for([
    [
      "a DOCTYPE in front",
      (xml: string) => `<!DOCTYPE xml [<!ENTITY a "b">]>${xml}`,
      '<!DOCTYPE xml [<!ENTITY a "b">]>',
    ],
    ["a text behind", (xml: string) => `${xml}junk`, "</xml>junk"],
    ["no end", (xml: string) => xml.slice(0, -"</xml>".length), ""],
    ["an end within its last field", (xml: string) => xml.slice(0, -"1</A></xml>".length), "<A>"],
  ] as const)("has its fields with %s", async ([, change, damaged], { expect }) => {
    const inbound = await inboundOf(change(eventXml("<A>1</A>")));
    expect(inbound).toMatchObject({ ...known, raw: { ...HEAD, ...(damaged === "<A>" ? {} : { A: "1" }) }, damaged });
  });

  it("has at most the allowed number of fields, and the rest unchanged", async ({ expect }) => {
    const inbound = await inboundOf(eventXml(flat(MAX_WIRE_NODES + 10)));
    expect(inbound).toMatchObject({ ...known, raw: { ...HEAD, k0: "0" } });
    expect(Object.keys(inbound["raw"] as object)).toHaveLength(MAX_WIRE_NODES);
    expect(inbound["damaged"]).toContain(`<![CDATA[${MAX_WIRE_NODES}]]>`);
  });

  it("has its name from any unambiguous part, and is unreadable without one", async ({ expect }) => {
    const loose = `<xml>loose<A>]]>1</A><MsgType>event</MsgType><Event>late</Event></xml>`;
    expect(await inboundOf(loose)).toMatchObject({ name: "late", raw: { A: "]]>1" }, damaged: "loose" });
    const hidden = `<xml>loose<A>1</A><Event>late</Event><B>2</B><Event>late</Event>more</xml>`;
    expect(await inboundOf(hidden)).toMatchObject({ reason: "unreadable", cause: "xml: malformed" });
  });

  it("is recognised in linear time", async ({ expect }) => {
    const pieces = [
      "<a>",
      "</a>",
      "<a></a>",
      "<!-- ",
      "<!---->",
      "<?a ",
      "]]>",
      "<![CDATA[",
      " ",
      "<Event>",
      "</Event>",
    ];
    for (const piece of [...pieces, "<A><B>]]></B></A>", "<A>x<B/></A>", "&amp;"]) {
      const filling = piece.repeat(Math.floor((MAX_WIRE_LENGTH - 1_000) / piece.length));
      for (const elements of [filling, `${filling}<Z>1</Z>`, `<A>1</A>${filling}`, flat(500) + filling]) {
        const xml = eventXml(elements).slice(0, MAX_WIRE_LENGTH - 10);
        const started = performance.now();
        expect(await receive(plainPush(xml), "plain")).toMatchObject({ ok: true, value: { inbound: known } });
        expect(performance.now() - started).toBeLessThan(1_000);
      }
    }
    const own = Array.from({ length: 2_500 }, (_, n) => `<k${n}><b/>x</k${n}>`).join("");
    expect(await inboundOf(eventXml(own))).toMatchObject(known);
  });
});

describe("an event in XML that the parser does not read", () => {
  it.for([
    ["deep elements", nested(MAX_WIRE_DEPTH + 5, "x"), nested(MAX_WIRE_DEPTH + 5, "x")],
    ["many fields", flat(900), flat(900)],
  ] as const)("is not damaged when all of it is unambiguous: %s", async ([, elements, kept], { expect }) => {
    const inbound = await inboundOf(eventXml(elements));
    expect(inbound).toMatchObject(known);
    expect(inbound).not.toHaveProperty("damaged");
    const values = kept.match(/\d+(?=\]\])|x/g) ?? [];
    for (const value of values) expect(JSON.stringify(inbound["raw"])).toContain(`"${value}"`);
  });

  it("belongs to its user when all of it is unambiguous", async ({ expect }) => {
    const fields = { Event: "user_authorization_revoke", OpenID: "oOwner", RevokeInfo: "301 ]]> x", AppID: "wx1" };
    expect(await inboundOf(frameXml("event", fields))).toMatchObject({
      event: "revocation",
      name: "user_authorization_revoke",
      user: "oOwner",
      raw: { RevokeInfo: "301 ]]> x", AppID: "wx1" },
    });
  });

  it("has nested fields, references and empty elements as the parser returns them", async ({ expect }) => {
    const elements =
      "<A>&lt;1&gt; </A><B/><!-- c --><C><D><![CDATA[a]]>b]]></D><E>2</E><!-- c --></C><F><G>1</G><G>2</G></F><H></H>";
    const inbound = await inboundOf(eventXml(elements));
    const raw = { A: "<1>", B: "", C: { D: "a]]>b", E: "2" }, F: "", H: "" };
    expect(inbound).toMatchObject({ ...known, damaged: "<F><G>1</G><G>2</G></F>" });
    expect(inbound["raw"]).toEqual({ ...HEAD, A: raw.A, B: raw.B, C: raw.C, H: raw.H });
  });

  it("may have comments and processing instructions, which are ignored", async ({ expect }) => {
    const inbound = await inboundOf(`<!-- a -->${eventXml("<A>1</A><!-- b --><?php c ?><B>2</B>")}`);
    expect(inbound).toEqual({ ...known, createdAt: FRAME.seconds * 1_000, raw: { ...HEAD, A: "1", B: "2" } });
  });

  it("does not treat the part from one text to another as a comment", async ({ expect }) => {
    const elements =
      "<Remark><![CDATA[x]]></Remark><!--]]></Remark><Order>2</Order><Reply><![CDATA[--><Reply>y]]></Reply>";
    const inbound = await inboundOf(eventXml(elements));
    expect(inbound).toMatchObject({ ...known, damaged: elements });
    expect(inbound["raw"]).toEqual(HEAD);
  });
});
