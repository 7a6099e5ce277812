/** XML pushes: exact texts, lists, and all rejected input. */
import * as fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { afterEach, describe, it, vi } from "vitest";
import { MAX_WIRE_DEPTH, MAX_WIRE_LENGTH, MAX_WIRE_NODES } from "../../../worker/channels/wechat/push/wire.ts";
import { parseXml } from "../../../worker/channels/wechat/push/xml/parse.ts";

/** The value of the only field of a document. */
function field(inner: string): unknown {
  const parsed = parseXml(`<xml><a>${inner}</a></xml>`);
  return parsed.ok ? parsed.value["a"] : parsed.error;
}

function cdata(text: string): string {
  return `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("texts", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["CDATA with its spaces and line breaks", "<![CDATA[ \n a  b\t]]>", " \n a  b\t"],
    ["CDATA with references left alone", "<![CDATA[&lt;&#65;&amp;]]>", "&lt;&#65;&amp;"],
    ["CDATA with markup, a DOCTYPE among it", "<![CDATA[<!DOCTYPE a><b>&c;</d>]]>", "<!DOCTYPE a><b>&c;</d>"],
    ["CDATA split where it holds its own end", "<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b"],
    ["CDATA with brackets", "<![CDATA[[x]] ]]]>", "[x]] ]"],
    ["empty CDATA", "<![CDATA[]]>", ""],
    ["CDATA with space around it", "\n  <![CDATA[a]]>\n", "a"],
    ["CDATA that looks like a number", "<![CDATA[0123.10]]>", "0123.10"],
    ["a number, every digit", "23637352235060883", "23637352235060883"],
    ["a number like a double", "0x10", "0x10"],
    ["bare text without the space around it", " a b \n", "a b"],
    ["named references", "&lt;&gt;&amp;&quot;&apos;", "<>&\"'"],
    ["numeric references", "&#20013;&#x6587;&#x1F600;&#32;", "中文😀 "],
    ["references once", "&amp;lt;&amp;#65;", "&lt;&#65;"],
    ["unknown references as they stand", "&nbsp; &x &#; &", "&nbsp; &x &#; &"],
    [
      "references to no character as they stand",
      "&#0;&#xD800;&#x110000;&#9999999;",
      "&#0;&#xD800;&#x110000;&#9999999;",
    ],
    ["bare text and CDATA joined", "a&lt;<![CDATA[&lt;]]>", "a<&lt;"],
    ["nothing", "", ""],
    ["true", "true", "true"],
  ];
  for (const [what, inner, text] of cases) {
    it(`keep ${what}`, ({ expect }) => {
      expect(field(inner)).toBe(text);
    });
  }

  it("keep any CDATA except line ends", ({ expect }) => {
    const text = fc.string({ unit: "binary", maxLength: 200 }).map((value) => value.toWellFormed());
    fc.assert(
      fc.property(text, (value) => {
        expect(field(cdata(value))).toBe(value.replace(/\r\n?/g, "\n"));
      }),
    );
  });

  it("are empty for a self-closing element", ({ expect }) => {
    expect(parseXml("<xml><a/><b />\n<c></c></xml>")).toEqual({ ok: true, value: { a: "", b: "", c: "" } });
  });
});

describe("structure", () => {
  it("becomes fields and lists", ({ expect }) => {
    const text = "<xml><a>1</a><l><i>1</i></l><l><i>2</i><i>3</i></l><l></l><n><m><o>x</o></m></n></xml>";
    expect(parseXml(text)).toEqual({
      ok: true,
      value: { a: "1", l: [{ i: "1" }, { i: ["2", "3"] }, ""], n: { m: { o: "x" } } },
    });
  });

  it("may have a BOM, a declaration, attributes and space around it", ({ expect }) => {
    const text = `\uFEFF <?xml version="1.0" encoding="UTF-8"?>\n<xml a="1" b='>'><c d="e/">1</c\n></xml>\n`;
    expect(parseXml(text)).toEqual({ ok: true, value: { c: "1" } });
  });

  it("may have no children", ({ expect }) => {
    expect(parseXml("<xml></xml>")).toEqual({ ok: true, value: {} });
    expect(parseXml("<xml/>")).toEqual({ ok: true, value: {} });
    expect(parseXml("<xml>\n</xml>")).toEqual({ ok: true, value: {} });
  });

  it("may have comments and processing instructions, which are ignored", ({ expect }) => {
    const text =
      '<?xml version="1.0"?>\n<!-- a --> <xml><!--b--><a>1<!-- c > -->2</a><?php x?>\n<b><![CDATA[<!-- d -->]]></b></xml>';
    expect(parseXml(text.replace(" >", ""))).toEqual({ ok: true, value: { a: "12", b: "<!-- d -->" } });
  });

  it("may have elements named like methods, which shadow nothing", ({ expect }) => {
    const parsed = parseXml("<xml><toString>1</toString><hasOwnProperty>2</hasOwnProperty><valueOf>3</valueOf></xml>");
    expect(parsed).toEqual({ ok: true, value: { toString: "1", hasOwnProperty: "2", valueOf: "3" } });
  });

  it("may have the maximum depth and number", ({ expect }) => {
    const deep = MAX_WIRE_DEPTH - 1;
    expect(parseXml(`<xml>${"<a>".repeat(deep)}${"</a>".repeat(deep)}</xml>`).ok).toBe(true);
    const wide = parseXml(`<xml>${"<a/>".repeat(MAX_WIRE_NODES - 1)}</xml>`);
    expect(wide.ok && wide.value["a"]).toHaveLength(MAX_WIRE_NODES - 1);
  });
});

describe("refused", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["nothing", "", "malformed"],
    ["rubbish", "not xml at all", "malformed"],
    ["a lone bracket", "<", "malformed"],
    ["another root", "<html></html>", "malformed"],
    ["a root in another case", "<XML></XML>", "malformed"],
    ["an unclosed root", "<xml><a>1</a>", "malformed"],
    ["an unclosed child", "<xml><a>1</xml>", "malformed"],
    ["a child closed under another name", "<xml><a>1</b></xml>", "malformed"],
    ["crossed children", "<xml><a><b></a></b></xml>", "malformed"],
    ["text after the root", "<xml></xml>junk", "malformed"],
    ["an element after the root", "<xml></xml><xml></xml>", "malformed"],
    ["CDATA after the root", "<xml></xml><![CDATA[x]]>", "malformed"],
    ["one closing tag too many", "<xml></xml></xml>", "malformed"],
    ["a closing tag first", "</xml>", "malformed"],
    ["text before the root", "junk<xml></xml>", "malformed"],
    ["CDATA before the root", "<![CDATA[x]]><xml></xml>", "malformed"],
    ["unclosed CDATA", "<xml><a><![CDATA[x</a></xml>", "malformed"],
    ["text alone in the root", "<xml>hello</xml>", "malformed"],
    ["text beside elements", "<xml><a>1</a>junk</xml>", "malformed"],
    ["text beside elements further down", "<xml><a>junk<b>1</b></a></xml>", "malformed"],
    ["a bare <", "<xml><a>1<2</a></xml>", "malformed"],
    ["an attribute without quotes", "<xml a=b></xml>", "malformed"],
    ["an attribute without end", '<xml a="b></xml>', "malformed"],
    ["an unfinished tag", "<xml><a", "malformed"],
    ["a closing tag with attributes", '<xml><a></a b="c"></xml>', "malformed"],
    ["a DOCTYPE", "<!DOCTYPE xml><xml></xml>", "declaration"],
    ["a DOCTYPE after a declaration", '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "b">]><xml/>', "declaration"],
    [
      "an external entity",
      '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><a>&f;</a></xml>',
      "declaration",
    ],
    ["an ENTITY inside", '<xml><!ENTITY a "b"></xml>', "declaration"],
    ["a comment with an element in it", "<xml><!-- <a/> --></xml>", "declaration"],
    ["a comment with the end of a text in it", "<xml><!-- ]]&gt; --></xml>", "declaration"],
    ["a comment without end", "<xml><!-- x ></xml>", "declaration"],
    ["a processing instruction with quotes", "<xml><?php '?>'?></xml>", "declaration"],
    ["a comment after the root", "<xml></xml><!-- x -->", "malformed"],
    ["CDATA in lower case", "<xml><a><![cdata[x]]></a></xml>", "declaration"],
    ["__proto__", "<xml><__proto__><a>1</a></__proto__></xml>", "bad_name"],
    ["constructor further down", "<xml><a><constructor>1</constructor></a></xml>", "bad_name"],
    ["prototype", "<xml><prototype/></xml>", "bad_name"],
  ];
  for (const [what, text, reason] of cases) {
    it(`${what}: ${reason}`, ({ expect }) => {
      expect(parseXml(text)).toEqual({ ok: false, error: { reason } });
    });
  }

  it("an entity bomb: declaration", ({ expect }) => {
    const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("");
    const text = `<!DOCTYPE xml [<!ENTITY l0 "lol">${entities}]><xml><a>&l9;</a></xml>`;
    expect(parseXml(text)).toEqual({ ok: false, error: { reason: "declaration" } });
  });

  it("entities by the parser itself, too: one that a DOCTYPE defines is not expanded", ({ expect }) => {
    const parse = vi.spyOn(XMLParser.prototype, "parse");
    parseXml("<xml><a>1</a></xml>");
    const parser = parse.mock.contexts.find((context) => context instanceof XMLParser);
    parse.mockRestore();
    const text = '<!DOCTYPE xml [<!ENTITY e "expanded"><!ENTITY l "&e;&e;">]><xml><a>&e;&l;&lt;</a></xml>';
    expect(parser?.parse(text)).toEqual([{ xml: [{ a: [{ "#text": "&e;&l;<" }] }] }]);
    const external = '<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>';
    expect(() => parser?.parse(external)).toThrow("External entities are not supported");
  });

  it("one level more than allowed, and 9 000", ({ expect }) => {
    for (const depth of [MAX_WIRE_DEPTH, 9_000]) {
      const text = `<xml>${"<a>".repeat(depth)}${"</a>".repeat(depth)}</xml>`;
      expect(parseXml(text)).toEqual({ ok: false, error: { reason: "too_deep" } });
    }
  });

  it("one element more than allowed", ({ expect }) => {
    const text = `<xml>${"<a/>".repeat(MAX_WIRE_NODES)}</xml>`;
    expect(parseXml(text)).toEqual({ ok: false, error: { reason: "too_many_nodes" } });
  });

  it("more CDATA sections than allowed", ({ expect }) => {
    expect(field("<![CDATA[x]]>".repeat(MAX_WIRE_NODES - 2))).toBe("x".repeat(MAX_WIRE_NODES - 2));
    expect(field("<![CDATA[]]>".repeat(MAX_WIRE_NODES - 1))).toEqual({ reason: "too_many_nodes" });
  });

  it("a body that is too long", ({ expect }) => {
    const text = `<xml><a>${"x".repeat(MAX_WIRE_LENGTH)}</a></xml>`;
    expect(parseXml(text)).toEqual({ ok: false, error: { reason: "too_large" } });
  });

  it("a body for which the parser after the check throws", ({ expect }) => {
    vi.spyOn(XMLParser.prototype, "parse").mockImplementation(() => {
      throw new Error("quoting the body");
    });
    expect(parseXml("<xml><a>1</a></xml>")).toEqual({ ok: false, error: { reason: "malformed" } });
  });

  it("without an exception, and without a change of Object's prototype", ({ expect }) => {
    const piece = fc.oneof(
      fc.constantFrom(
        "<xml>",
        "</xml>",
        "<a>",
        "</a>",
        "<a/>",
        "<![CDATA[",
        "]]>",
        "<!",
        "<?",
        "?>",
        "&lt;",
        "&",
        ">",
        '"',
      ),
      fc.constantFrom("<__proto__>", "</__proto__>", "<constructor>", " ", "\r\n", "x", "1", "=", "<", "/"),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parse = () => parseXml(`<xml>${pieces.join("")}</xml>`);
        expect(parse).not.toThrow();
        expect(parse().ok ? "read" : "refused").toMatch(/read|refused/);
      }),
      { numRuns: 2_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
