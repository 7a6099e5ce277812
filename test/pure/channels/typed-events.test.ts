/**
 * User text in an XML event (WECHAT.md §1.4): it is either parsed exactly as typed, or the event is marked as damaged.
 * The event is stored in any case, and stays assigned to the user in its head.
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { MAX_WIRE_LENGTH } from "../../../worker/channels/wechat/push/wire.ts";
import { FRAME, frameXml, HOSTILE_TEXT, TYPED } from "./frames.ts";
import { APP, encrypt } from "./independent-crypt.ts";
import { envelopePush, plainPush, receive, securePush } from "./pushes.ts";

/** The fields of a push after it is received, in secure mode. */
async function inboundOf(xml: string): Promise<Readonly<Record<string, unknown>>> {
  const received = await receive(securePush(xml, "xml"), "secure");
  return received.ok ? { ...received.value.inbound } : { ...received.error };
}

const HEAD = { platformAccount: FRAME.account, user: FRAME.openid, createdAt: FRAME.seconds * 1_000 };
const EVENT = "xpay_complaint_notify";
const known = { ...HEAD, event: "account-event", type: "other", name: EVENT };
const complaintXml = (remark: string) => frameXml("event", { Event: EVENT, Remark: remark, ComplaintId: "1" });
/** The parsed remark; undefined when the event is damaged. */
const remarkOf = ({ raw, damaged }: Readonly<Record<string, unknown>>) =>
  damaged === undefined && typeof raw === "object" && raw !== null && "Remark" in raw ? raw.Remark : undefined;

describe("an event with a typed text", () => {
  it("has its fields when the text contains none", async ({ expect }) => {
    const inbound = await inboundOf(complaintXml("<b> [1] & 2"));
    expect(inbound).toMatchObject({ ...known, raw: { Remark: "<b> [1] & 2", ComplaintId: "1" } });
    expect(inbound).not.toHaveProperty("damaged");
  });

  for (const [what, text] of TYPED) {
    it(`has it as it was typed, or is damaged and stored: ${what}`, async ({ expect }) => {
      const remark = text.replaceAll("Content>", "Remark>");
      const inbound = await inboundOf(complaintXml(remark));
      expect(inbound).toMatchObject(known);
      if (inbound["damaged"] === undefined) expect(remarkOf(inbound)).toBe(remark.replace(/\r\n?/g, "\n"));
      else expect(inbound["damaged"]).toContain(`<Remark><![CDATA[${remark}]]></Remark>`);
    });
  }

  it.for([
    "a]]>b",
    "if (a[b[0]]>1) {}",
    "<b>]]></b>",
    "broken ]]> and <b>",
    "</xml>]]>",
    "]]>\r\n",
    "]]></Reply>",
    "x]]></Remark></xml>",
    "x]]></Remark><!--",
    "x]]></Remark><Amount>5</Amount><![CDATA[",
    "<Remark><![CDATA[]]>",
  ])(
    "has it as it was typed when it does not both end its element and open it again: %j",
    async (remark, { expect }) => {
      const inbound = await inboundOf(complaintXml(remark));
      expect(inbound).toMatchObject({ ...known, raw: { Remark: remark.replace("\r\n", "\n"), ComplaintId: "1" } });
      expect(inbound).not.toHaveProperty("damaged");
      expect(inbound).not.toHaveProperty("raw.Amount");
    },
  );

  it.for([
    "x]]></Remark><Remark><![CDATA[y",
    "x]]></Remark><Remark/><Remark><![CDATA[y",
    "x]]></Remark><OpenID><![CDATA[oB]]></OpenID><Remark><![CDATA[y",
    "x]]></Remark><BusinessId>7</BusinessId><Remark><![CDATA[y",
    'x]]></Remark><Q a=">"/><OpenID>oB</OpenID><Remark><![CDATA[y',
    "x]]></Remark><Amount>5</Amount><!-- <Remark>",
  ])("is damaged, and belongs to the user of its head: %j", async (remark, { expect }) => {
    const inbound = await inboundOf(complaintXml(remark));
    const damaged = `<Remark><![CDATA[${remark}]]></Remark>`;
    expect(inbound).toMatchObject({ ...known, damaged, raw: { ComplaintId: "1" } });
    for (const name of ["raw.Remark", "raw.Amount", "raw.OpenID", "replyContext"]) {
      expect(inbound).not.toHaveProperty(name);
    }
  });

  it("may contain any text, or is damaged", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_TEXT, async (text) => {
        const remark = text.replaceAll("Label>", "Remark>");
        const inbound = await inboundOf(complaintXml(remark));
        expect(inbound).toMatchObject(known);
        expect(inbound).not.toHaveProperty("replyContext");
        if (inbound["damaged"] === undefined) expect(remarkOf(inbound)).toBe(remark.replace(/\r\n?/g, "\n"));
      }),
      { numRuns: 1_000 },
    );
  });

  it("with two texts has each field as the platform wrote it, or it is damaged", async ({ expect }) => {
    const own = ["Remark", "Reply", "Order", "Info", "Words", "Id"].flatMap((name) => [
      `<${name}>`,
      `</${name}>`,
      `]]></${name}>`,
      `<${name}><![CDATA[`,
      `]]></${name}><${name}><![CDATA[`,
    ]);
    const piece = fc.oneof(HOSTILE_TEXT, fc.constantFrom(...own, "<!-- ", " -->", "<?a ", "?>", "<Amount>5</Amount>"));
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("").toWellFormed());
    const asRead = (typed: string) => typed.replace(/\r\n?/g, "\n");
    await fc.assert(
      fc.asyncProperty(text, text, text, async (remark, reply, words) => {
        const xml = frameXml("event", { Event: EVENT, Id: "1", Remark: remark, Order: "2", Reply: reply }).replace(
          /<\/xml>$/,
          () => `<Info><No>3</No><Words><![CDATA[${words}]]></Words></Info><End>4</End></xml>`,
        );
        const inbound = await inboundOf(xml);
        expect(inbound).toMatchObject(known);
        const { MsgType, Event, ...raw } = inbound["raw"] as Readonly<Record<string, unknown>>;
        expect([MsgType, Event]).toEqual(["event", EVENT]);
        const truth: Readonly<Record<string, unknown>> = {
          ToUserName: FRAME.account,
          FromUserName: FRAME.openid,
          CreateTime: String(FRAME.seconds),
          Id: "1",
          Remark: asRead(remark),
          Order: "2",
          Reply: asRead(reply),
          Info: { No: "3", Words: asRead(words) },
          End: "4",
        };
        for (const [name, value] of Object.entries(raw)) expect([name, value]).toEqual([name, truth[name]]);
        if (inbound["damaged"] === undefined) expect(raw).toEqual(truth);
        else expect(raw).toMatchObject({ FromUserName: FRAME.openid });
      }),
      { numRuns: 3_000 },
    );
  });

  it("belongs to the user whom OpenID names before the text, and never to one inside it", async ({ expect }) => {
    const forged = "x]]></comment></result><OpenID>oB</OpenID><result><comment><![CDATA[y";
    const xml = (openid: string, comment: string) =>
      frameXml("event", { Event: "wxa_comment_bad_score", ...(openid === "" ? {} : { OpenID: openid }) }).replace(
        "</xml>",
        `<result><comment_id>1</comment_id><comment><![CDATA[${comment}]]></comment></result></xml>`,
      );
    expect(await inboundOf(xml("oUser", "ok"))).toMatchObject({
      event: "account-event",
      name: "wxa_comment_bad_score",
      user: "oUser",
    });
    const damaged = {
      event: "account-event",
      type: "other",
      name: "wxa_comment_bad_score",
      damaged: expect.any(String),
    };
    expect(await inboundOf(xml("oUser", forged))).toMatchObject({ ...damaged, user: "oUser" });
    expect(await inboundOf(xml("", forged))).toMatchObject({ ...damaged, user: FRAME.openid });
    const id = "x]]></comment><comment_id>2</comment_id><comment><![CDATA[y";
    expect(await inboundOf(xml("oUser", id))).toMatchObject({ ...damaged, user: "oUser" });
  });

  it("may have lists, which are elements with fields side by side", async ({ expect }) => {
    const actions = "<Actions><ActionType>1</ActionType></Actions>\n<Actions><ActionType>2</ActionType></Actions>";
    const xml = frameXml("event", { Event: "add_express_path" }).replace("</xml>", `${actions}<Count>2</Count></xml>`);
    const raw = { Actions: [{ ActionType: "1" }, { ActionType: "2" }], Count: "2" };
    expect(await inboundOf(xml)).toMatchObject({ ...HEAD, name: "add_express_path", raw });
  });

  it.for([
    ["<List><![CDATA[a]]></List>\n<List><![CDATA[b]]></List>", { List: ["a", "b"] }],
    ["<goods_id_list>1</goods_id_list><goods_id_list/>", { goods_id_list: ["1", ""] }],
    ["<Urls><item>x</item><item>y</item><item>z</item></Urls>", { Urls: { item: ["x", "y", "z"] } }],
  ] as const)("may have lists of texts, in elements with the name of a list: %s", async ([list, raw], { expect }) => {
    const xml = frameXml("event", { Event: "add_express_path" }).replace("</xml>", `${list}<Count>2</Count></xml>`);
    const inbound = await inboundOf(xml);
    expect(inbound).toMatchObject({ ...HEAD, name: "add_express_path", raw: { ...raw, Count: "2" } });
    expect(inbound).not.toHaveProperty("damaged");
  });

  it.for([
    ["x]]></List><List><![CDATA[y", ["x", "y"]],
    ["x]]></List><OpenID>oB</OpenID><List><![CDATA[y", undefined],
    ["x]]></List><OpenID>oB</OpenID><OpenID>oB</OpenID><List><![CDATA[y", undefined],
    ["x]]></List></xml><xml><List><![CDATA[y", undefined],
  ] as const)("adds items to its own list, and no other field: %s", async ([text, items], { expect }) => {
    const inbound = await inboundOf(frameXml("event", { Event: EVENT, List: text, ComplaintId: "1" }));
    expect(inbound).toMatchObject(known);
    if (items === undefined) expect(inbound).toHaveProperty("damaged");
    else expect(inbound["raw"]).toMatchObject({ List: items, ComplaintId: "1" });
  });

  it("is parsed inside the envelope of compatible mode, which contains it unescaped as well", async ({ expect }) => {
    const inner = complaintXml("a]]>b");
    const outer = inner.slice("<xml>".length, -"</xml>".length).replace(/<ToUserName>.*?<\/ToUserName>/, "");
    const push = envelopePush(encrypt(APP.aesKey, inner, APP.appid), "xml", {}, outer);
    const received = await receive(push, "compatible");
    expect(received.ok && received.value.inbound).toMatchObject({ ...known, raw: { Remark: "a]]>b" } });
  });

  it("is not treated as an encrypted one in plain mode", async ({ expect }) => {
    const remark = "x]]></Remark><Encrypt><![CDATA[AAAA]]></Encrypt><Remark><![CDATA[y";
    const received = await receive(plainPush(complaintXml(remark)), "plain");
    expect(received).toMatchObject({ ok: true, value: { inbound: known } });
  });

  it("is stored when the text is as long as a body may be", async ({ expect }) => {
    for (const piece of ["]]></Remark><Remark><![CDATA[", "]]></Remark><", "<a/>", "]]>", "]]>   ", "<![CDATA[", "<"]) {
      const remark = piece.repeat(Math.floor((MAX_WIRE_LENGTH - 1_000) / piece.length));
      const received = await receive(plainPush(complaintXml(remark)), "plain");
      expect(received).toMatchObject({ ok: true, value: { inbound: known } });
    }
  });
});
