/** Which texts name a user. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { findOpenids, namesUser, shapeOf } from "../../../shared/text/names-user.ts";

const OPENID = "o-6_bmjrPTlm6_2sgVt7hMZOPfL2M";

describe("a text names a user", () => {
  it.for([
    `{"openid":"${OPENID}"}`,
    `<FromUserName><![CDATA[${OPENID}]]></FromUserName>`,
    `<a>${OPENID}</a>`,
    OPENID,
    `user ${OPENID}, again`,
    `openid=${OPENID}&b=1`,
    JSON.stringify({ Data: JSON.stringify({ openid: OPENID }) }),
    `{"openid":"\\u006f${OPENID.slice(1)}"}`,
    `{"Data":"{\\"openid\\":\\"\\\\u006f${OPENID.slice(1)}\\"}"}`,
    `<a>&#111;${OPENID.slice(1)}</a>`,
    `<a>&#x6f;${OPENID.slice(1)}</a>`,
    `${OPENID}x ${OPENID}`,
    JSON.stringify({ Remark: `buyer:\n${OPENID}` }),
    JSON.stringify({ Remark: `buyer:\t${OPENID}` }),
    JSON.stringify({ Detail: JSON.stringify({ note: `x\n${OPENID}` }) }),
    `{"Path":"p?q=${encodeURIComponent(`openid=${OPENID}`)}"}`,
    `x${OPENID}x`,
  ])("whose openid is in it: %s", (text, { expect }) => {
    expect(namesUser(text, OPENID)).toBe(true);
  });

  it.for([
    [JSON.stringify({ a: 'o"1' }), 'o"1'],
    [JSON.stringify({ a: JSON.stringify({ b: "o\\1" }) }), "o\\1"],
    ['{"a":"o\\/1"}', "o/1"],
    ["<a>o&lt;1&gt;&amp;&quot;&apos;</a>", `o<1>&"'`],
    ["<a>x/1</a>", "/1"],
    ["<a>o/x</a>", "o/"],
    [JSON.stringify({ a: "b\no1" }), "o1"],
    [JSON.stringify({ a: JSON.stringify({ b: "c\to1" }) }), "o1"],
    [`p?q=${encodeURIComponent("a=o/1")}`, "o/1"],
    [`p?q=${encodeURIComponent("openid=o1")}`, "o1"],
    [`p?q=${encodeURIComponent("茶o1")}`, "o1"],
  ] as const)("whose openid needs escaping: %s", ([text, openid], { expect }) => {
    expect(namesUser(text, openid)).toBe(true);
  });

  it.for(["", "{}", OPENID.toLowerCase(), OPENID.slice(1), `&unknown;&#1234567;&#x10ffff; \\n`])(
    "only then: %s",
    (text, { expect }) => {
      expect(namesUser(text, OPENID)).toBe(false);
    },
  );

  it.for(["xo1", "o1x", "-o1", "o1_o1", String.raw`{"a":"no1"}`, "p?q=o12"])(
    "whose short openid is a whole word of it: not %s",
    (text, { expect }) => {
      expect(namesUser(text, "o1")).toBe(false);
    },
  );
});

describe("possible openids in a text", () => {
  const other = "another-user";

  it("are those for which the text names the user, for any openid and escapes", ({ expect }) => {
    const ofOpenids = fc.constantFrom("o", "X", "1", "_", "-", "/", "\\", '"', "<", "&", "%", ",");
    const openid = fc.string({ unit: ofOpenids, minLength: 1, maxLength: 24 });
    const character = fc.oneof(ofOpenids, fc.constantFrom(" ", "\n", "茶"));
    const escaped = fc.constantFrom(
      (text: string) => text,
      (text: string) => JSON.stringify({ a: text }),
      (text: string) => JSON.stringify({ a: JSON.stringify({ b: text }) }),
      (text: string) => JSON.stringify({ raw: JSON.stringify({ detail: JSON.stringify({ b: text }) }) }),
      (text: string) => `<a>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</a>`,
      (text: string) => `p?q=${encodeURIComponent(text)}`,
    );
    const text = fc.string({ unit: character, maxLength: 30 });
    fc.assert(
      fc.property(openid, escaped, text, text, fc.boolean(), (user, escape, left, right, isIn) => {
        const all = escape(isIn ? `${left}${user}${right}` : `${left}${right}`);
        const found = findOpenids(all, [shapeOf(other), shapeOf(user)], 100_000);
        expect(found?.has(user)).toBe(namesUser(all, user));
      }),
    );
  });

  it("are few in an event, whose longer words are split", ({ expect }) => {
    const event = JSON.stringify({ ToUserName: "gh_1", Data: `a_${OPENID},x`, Number: "1" });
    const found = findOpenids(event, [shapeOf(OPENID)], 10);
    const { length } = OPENID;
    expect(found).toEqual(new Set([`a_${OPENID}`.slice(0, length), `_${OPENID}`.slice(0, length), OPENID]));
  });

  it("are not listed beyond a limit", ({ expect }) => {
    expect(findOpenids("o1 o2 o3", [shapeOf("o1")], 3)?.size).toBe(3);
    expect(findOpenids("o1 o2 o3", [shapeOf("o1")], 2)).toBeUndefined();
  });
});
