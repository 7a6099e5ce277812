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
  ])("whose openid is a word of it: %s", (text, { expect }) => {
    expect(namesUser(text, OPENID)).toBe(true);
  });

  it.for([
    [JSON.stringify({ a: 'o"1' }), 'o"1'],
    [JSON.stringify({ a: JSON.stringify({ b: "o\\1" }) }), "o\\1"],
    ['{"a":"o\\/1"}', "o/1"],
    ["<a>o&lt;1&gt;&amp;&quot;&apos;</a>", `o<1>&"'`],
    ["<a>x/1</a>", "/1"],
    ["<a>o/x</a>", "o/"],
  ] as const)("whose openid needs escaping: %s", ([text, openid], { expect }) => {
    expect(namesUser(text, openid)).toBe(true);
  });

  it.for([
    "",
    "{}",
    `x${OPENID}`,
    `${OPENID}x`,
    `-${OPENID}`,
    `${OPENID}_${OPENID}`,
    OPENID.toLowerCase(),
    OPENID.slice(1),
    `&unknown;&#1234567;&#x10ffff; \\n`,
  ])("only then: %s", (text, { expect }) => {
    expect(namesUser(text, OPENID)).toBe(false);
  });
});
