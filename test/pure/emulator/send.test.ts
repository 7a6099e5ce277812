/** custom/send, field by field with its errcode (WECHAT.md §4.1–4.3), and what arrives in the chat. */
import { describe, it } from "vitest";
import { API, APP, createHarness, OTHER_APP } from "./harness.ts";

/** An emulator whose user has just written, and a picture to send. */
async function createOpenChat(switches = {}) {
  const harness = createHarness({ apps: [APP, OTHER_APP], switches });
  await harness.control.text("oUser", "你好");
  const form = new FormData();
  form.append("media", new File([Uint8Array.of(0xff, 0xd8, 0xff, 0)], "a.jpg"));
  const upload = await harness.api(`/cgi-bin/media/upload?type=image&access_token=${await harness.token()}`, form);
  return { ...harness, mediaId: String(upload["media_id"]) };
}

describe("custom/send", () => {
  it("delivers the four types unchanged, and marks messages of an AI", async ({ expect }) => {
    const { control, send, mediaId } = await createOpenChat();
    const text =
      '{ "touser":"oUser","msgtype":"text","text":{"content":"含\\"引号\\"的😀"},"aimsgcontext":{"is_ai_msg":1}}';
    expect(await send(text)).toBe(0);
    expect(await send({ touser: "oUser", msgtype: "image", image: { media_id: mediaId } })).toBe(0);
    const link = { title: "t", description: "d", url: "https://x.test", thumb_url: "https://x.test/a.png" };
    expect(await send({ touser: "oUser", msgtype: "link", link })).toBe(0);
    const card = { title: "t", pagepath: "pages/a?b=1", thumb_media_id: mediaId, appid: APP.appid };
    const customservice = { kf_account: "a@b" };
    expect(await send({ touser: "oUser", msgtype: "miniprogrampage", miniprogrampage: card, customservice })).toBe(0);
    expect((await control.chat("oUser")).lines.slice(1)).toMatchObject([
      { from: "service", msgtype: "text", text: '含"引号"的😀', body: text, isAi: true },
      { msgtype: "image", text: JSON.stringify({ media_id: mediaId }), isAi: false },
      { msgtype: "link", text: JSON.stringify(link) },
      { msgtype: "miniprogrampage", text: JSON.stringify(card) },
    ]);
  });

  it("counts messages that a user got twice, byte for byte", async ({ expect }) => {
    const { control, send, text } = await createOpenChat();
    await send(text("oUser", "a"));
    await send(text("oUser", "b"));
    expect((await control.chat("oUser")).duplicates).toBe(0);
    await send(text("oUser", "a"));
    expect((await control.chat("oUser")).duplicates).toBe(1);
  });

  const part = (msgtype: string, fields: object) => ({ touser: "oUser", msgtype, [msgtype]: fields });
  const refusals: { flaw: string; body: unknown; errcode: number }[] = [
    { flaw: "an empty body", body: "", errcode: 44002 },
    { flaw: "no JSON", body: "<xml/>", errcode: 47001 },
    { flaw: "a list", body: "[]", errcode: 47001 },
    { flaw: "two bodies", body: "{}{}", errcode: 47001 },
    { flaw: "a \\u escape", body: '{"touser":"oUser","msgtype":"text","text":{"content":"\\u4f60"}}', errcode: 40033 },
    { flaw: "no touser", body: { msgtype: "text", text: { content: "x" } }, errcode: 47001 },
    {
      flaw: "a touser that is not a valid openid",
      body: { ...part("text", { content: "x" }), touser: "a b" },
      errcode: 40003,
    },
    { flaw: "no msgtype", body: { touser: "oUser" }, errcode: 40008 },
    { flaw: "a type of official accounts", body: part("voice", { media_id: "m" }), errcode: 40008 },
    { flaw: "an unknown type", body: part("hologram", {}), errcode: 45162 },
    ...["hasOwnProperty", "__proto__", "toString", "constructor"].flatMap((name) => [
      { flaw: `the type ${name}`, body: part(name, {}), errcode: 45162 },
      { flaw: `the type ${name} without its part`, body: { touser: "oUser", msgtype: name }, errcode: 45162 },
    ]),
    {
      flaw: "a part with 20,000 levels of nesting",
      body: `{"touser":"oUser","msgtype":"link","link":{"title":"t","x":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`,
      errcode: 47001,
    },
    { flaw: "a hand-over", body: part("transfer_customer_service", {}), errcode: 45162 },
    { flaw: "a type without its part", body: { touser: "oUser", msgtype: "text" }, errcode: 47001 },
    { flaw: "no content", body: part("text", {}), errcode: 47001 },
    { flaw: "an empty content", body: part("text", { content: "" }), errcode: 44004 },
    { flaw: "a long content", body: part("text", { content: "x".repeat(2049) }), errcode: 45002 },
    { flaw: "an unknown picture", body: part("image", { media_id: "m0" }), errcode: 40007 },
    { flaw: "no picture", body: part("image", {}), errcode: 47001 },
    {
      flaw: "a link without a picture",
      body: part("link", { title: "t", description: "d", url: "u" }),
      errcode: 47001,
    },
    {
      flaw: "a card without a path",
      body: part("miniprogrampage", { title: "t", thumb_media_id: "m" }),
      errcode: 47001,
    },
    { flaw: "a card without a picture", body: part("miniprogrampage", { title: "t", pagepath: "p" }), errcode: 47001 },
    {
      flaw: "a card of another app",
      body: part("miniprogrampage", { title: "t", pagepath: "p", thumb_media_id: "m", appid: "wx0" }),
      errcode: 40013,
    },
    {
      flaw: "a link into another app",
      body: part("text", {
        content: '<a href="https://x.test" data-miniprogram-appid="wx0" data-miniprogram-path="p">x</a>',
      }),
      errcode: 40013,
    },
    {
      flaw: "a link into another app, by a > in quotes",
      body: part("text", { content: '<a title=">" href="https://x.test" data-miniprogram-appid="wx0">x</a>' }),
      errcode: 40013,
    },
    {
      flaw: "a link into another app, in capitals",
      body: part("text", { content: "<A HREF='https://x.test' DATA-MINIPROGRAM-APPID='wx0'>x</A>" }),
      errcode: 40013,
    },
    {
      flaw: "an is_ai_msg that is not 0 or 1",
      body: { ...part("text", { content: "x" }), aimsgcontext: { is_ai_msg: true } },
      errcode: 47001,
    },
    {
      flaw: "a businessid that is a number",
      body: { ...part("text", { content: "x" }), businessid: 1 },
      errcode: 47001,
    },
    { flaw: "an empty customservice", body: { ...part("text", { content: "x" }), customservice: {} }, errcode: 47001 },
  ];
  it.for(refusals)("refuses $flaw with $errcode and delivers nothing", async ({ body, errcode }, { expect }) => {
    const { control, send } = await createOpenChat();
    expect(await send(body)).toBe(errcode);
    const chat = await control.chat("oUser");
    expect(chat.lines).toHaveLength(1);
    expect(chat.quota.remaining).toBe(5);
  });

  it("accepts a backslash before a u that is not an escape, and a link into its own app", async ({ expect }) => {
    const { send, text } = await createOpenChat();
    expect(await send(text("oUser", "C:\\u0041 \\\\u0042"))).toBe(0);
    const link = `<a href="https://x.test" data-miniprogram-appid="${APP.appid}" data-miniprogram-path="p">x</a>`;
    expect(await send(text("oUser", link))).toBe(0);
  });

  it("accepts words that only look like a link, because there is no tag", async ({ expect }) => {
    const { send, text } = await createOpenChat();
    for (const words of ['＜a data-miniprogram-appid="wx0">x', "data-miniprogram-appid=wx0", "<b>x</b>"]) {
      expect(await send(text("oUser", words)), words).toBe(0);
    }
  });

  it("refuses bytes that are not UTF-8, and a GET", async ({ expect }) => {
    const { api, token } = await createOpenChat();
    const path = `/cgi-bin/message/custom/send?access_token=${await token()}`;
    const body = new Uint8Array(Buffer.from('{"touser":"oUser","msgtype":"text","text":{"content":"é"}}', "latin1"));
    expect((await api(path, body))["errcode"]).toBe(47001);
    expect((await api(path))["errcode"]).toBe(43002);
  });

  it.for([
    { textUnit: "bytes" as const, fits: "字".repeat(682), tooLong: "字".repeat(683) },
    { textUnit: "characters" as const, fits: "😀".repeat(2048), tooLong: "😀".repeat(2049) },
  ])(
    "measures a text in $textUnit when that assumption is switched on",
    async ({ textUnit, fits, tooLong }, { expect }) => {
      const { send, text } = await createOpenChat({ textUnit });
      expect(await send(text("oUser", tooLong))).toBe(45002);
      expect(await send(text("oUser", fits))).toBe(0);
    },
  );

  it("appends a request id to an error's text", async ({ expect }) => {
    const { api } = await createOpenChat();
    expect((await api("/cgi-bin/message/custom/send", "{}"))["errmsg"]).toMatch(
      /^access_token missing rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/,
    );
  });

  it("is not found on the wrong path", async ({ expect }) => {
    const { wechat, token } = await createOpenChat();
    const url = `${API}/cgi-bin/message/custom/business/send?access_token=${await token()}`;
    const answer: unknown = await (await wechat.handle(new Request(url, { method: "POST", body: "{}" }))).json();
    expect(answer).toMatchObject({ errcode: 40066 });
  });
});
