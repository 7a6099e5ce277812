/** Which texts name a user. */
import { describe, it } from "vitest";
import { namesUser } from "../../../worker/domain/named-user.ts";

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
