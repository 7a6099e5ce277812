/** Events of other products on the one push URL: an event needs only a name. */
import { runInDurableObject } from "cloudflare:test";
import * as fc from "fast-check";
import { beforeEach, describe, it } from "vitest";
import { readRaw } from "../../shared/message/raw.ts";
import { account, APPID, deleteEvents, kindsOf, OTHER_APPID } from "../support/workerd.ts";
import { call } from "./api-client.ts";
import { wechat } from "./each-test.ts";
import { usePushes } from "./push-bench.ts";

let users = 0;
usePushes();
beforeEach(deleteEvents);

/** Pushes a text unchanged, signed and encrypted. */
async function pushed(plaintext: string, appid = APPID): Promise<string | undefined> {
  const push = await wechat.text("oEnvelope", "", { appid, overrides: { plaintext } });
  return push.attempts[0]?.verdict;
}

/** Returns the events that the account stores, and the number of pushes that could not be parsed. */
async function kept(appid = APPID) {
  return runInDurableObject(account(appid), async (object) => ({
    events: (await object.appEvents(0, 500)).map(({ user, event }) =>
      Object.assign(event, { user, fields: readRaw(event.raw) }),
    ),
    unreadable: (await object.quarantined(100)).length,
  }));
}

const DELIVERY = {
  FromUserName: "oShopUser",
  CreateTime: Math.floor(Date.now() / 1_000),
  MsgType: "event",
  Event: "xpay_goods_deliver_notify",
  OpenId: "oBuyer",
  OutTradeNo: "T1",
  GoodsInfo: { ProductId: "p1", Quantity: 1 },
};

describe("an event of another product", () => {
  it("is kept without ToUserName, as JSON and as XML", async ({ expect }) => {
    expect(await pushed(JSON.stringify(DELIVERY))).toBe("success");
    expect(
      await pushed(
        `<xml><FromUserName><![CDATA[oShopUser]]></FromUserName><CreateTime>${DELIVERY.CreateTime}</CreateTime>` +
          "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[xpay_refund_notify]]></Event>" +
          "<OpenId><![CDATA[oBuyer]]></OpenId><RefundFee>1</RefundFee></xml>",
      ),
    ).toBe("success");
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events).toMatchObject([
      { name: "xpay_goods_deliver_notify", user: "oShopUser", fields: { GoodsInfo: { Quantity: "1" } } },
      {
        event: "account-event",
        type: "other",
        name: "xpay_refund_notify",
        user: "oShopUser",
        fields: { RefundFee: "1" },
      },
    ]);
  });

  it("is kept without FromUserName, without CreateTime, without MsgType", async ({ expect }) => {
    const before = Date.now();
    expect(await pushed('{"Event":"xpay_complaint_notify"}')).toBe("success");
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events).toMatchObject([{ event: "account-event", type: "other", name: "xpay_complaint_notify", user: "" }]);
    expect(events[0]?.createdAt).toBeGreaterThanOrEqual(before);
  });

  it("without CreateTime is kept once for each content, however often it is pushed", async ({ expect }) => {
    for (const n of [1, 2, 1, 2, 1]) await pushed(JSON.stringify({ Event: "a_notice", Number: n }));
    expect((await kept()).events).toMatchObject([{ fields: { Number: "1" } }, { fields: { Number: "2" } }]);
  });

  it("in JSON nested too deeply, or with a key __proto__, is kept as damaged and shown completely", async ({
    expect,
  }) => {
    const deep = JSON.stringify({ ...DELIVERY, Deep: "x" }).replace('"x"', "[".repeat(40) + "]".repeat(40));
    const named = JSON.stringify({ ...DELIVERY, P: 1 }).replace('"P"', '"__proto__"');
    for (const text of [deep, named]) expect(await pushed(text)).toBe("success");
    expect((await kept()).unreadable).toBe(0);
    const { events } = await (await call("GET", "/api/v1/events")).json<{ events: unknown[] }>();
    expect(events.slice(-2)).toMatchObject([deep, named].map((damaged) => ({ name: DELIVERY.Event, damaged })));
  });

  it("belongs to the app of its path and key", async ({ expect }) => {
    await pushed('{"Event":"for_the_second"}', OTHER_APPID);
    expect((await kept()).events).toEqual([]);
    expect((await kept(OTHER_APPID)).events).toMatchObject([{ name: "for_the_second" }]);
  });

  it("that can be read only in part is kept, with the rest unchanged", async ({ expect }) => {
    const head = `<MsgType>event</MsgType><Event>wxa_complaint</Event><CreateTime>${DELIVERY.CreateTime}</CreateTime>`;
    const rests = ["<Remark><![CDATA[a ]]></Remark><Remark> <b>]]></Remark>", "<A>1</A>loose", "<a>".repeat(40), "<A>"];
    for (const rest of rests) expect(await pushed(`<xml>${head}${rest}</xml>`)).toBe("success");
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events).toHaveLength(rests.length);
    for (const event of events) expect(event).toHaveProperty("damaged");
    expect(JSON.stringify(events)).toContain("<Remark><![CDATA[a ]]></Remark><Remark> <b>]]></Remark>");
  });

  it("of any shape is kept, in XML and JSON, and is marked when a part could not be read", async ({ expect }) => {
    const seconds = DELIVERY.CreateTime;
    const xml = (elements: string) =>
      `<xml><CreateTime>${seconds}</CreateTime><MsgType>event</MsgType><Event>shaped</Event>${elements}</xml>`;
    const json = (members: string) => `{"CreateTime":${seconds},"MsgType":"event","Event":"shaped",${members}}`;
    const wide = Array.from({ length: 1_100 }, (_, n) => n);
    const whole = [xml("<!-- c --><A>1</A>"), xml("<?php x?><A>2</A>"), xml("<A><![CDATA[]]>3]]></A>")];
    const damaged = [
      json('"A":"4","constructor":1'),
      json(`"A":"5",${wide.map((n) => `"k${n}":${n}`).join()}`),
      xml(`<A>6</A>${wide.map((n) => `<k${n}>${n}</k${n}>`).join("")}`),
      xml("<A>7</A><prototype>1</prototype>"),
    ];
    for (const text of [...whole, ...damaged]) expect(await pushed(text)).toBe("success");
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events).toMatchObject(["1", "2", "]]>3", "4", "5", "6", "7"].map((A) => ({ fields: { A } })));
    expect(events.map((event) => "damaged" in event)).toEqual([false, false, false, true, true, true, true]);
  });

  it("with a name of any shape is kept, and the name is shortened", async ({ expect }) => {
    const names = ["订单 已支付", "two words", "a/b?c#d", "__proto__", "toString", "😀".repeat(5_000), "\u0000\n"];
    for (const name of names) expect(await pushed(JSON.stringify({ ...DELIVERY, Event: name }))).toBe("success");
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events.map(({ fields }) => fields)).toMatchObject(names.map((Event) => ({ Event })));
    for (const event of events) expect(JSON.stringify({ ...event, fields: null, raw: null }).length).toBeLessThan(600);
  });
});

describe("an event about a user", () => {
  const nextUser = () => `oForeign${(users += 1)}`;

  it("that names no user is stored in the account, not in a conversation", async ({ expect }) => {
    for (const FromUserName of [undefined, "", "no spaces allowed", ["a", "b"], { a: "b" }, "x".repeat(300)]) {
      await pushed(JSON.stringify({ ...DELIVERY, Event: "user_info_modified", FromUserName, RevokeInfo: "1" }));
    }
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events).toHaveLength(5);
    for (const event of events) expect(event).toMatchObject({ name: "user_info_modified", user: "" });
  });

  it("is stored in the conversation also without ToUserName and CreateTime", async ({ expect }) => {
    const user = nextUser();
    await pushed(JSON.stringify({ FromUserName: user, MsgType: "event", Event: "user_enter_tempsession" }));
    // The emulator did not see the user enter, so it refuses the greeting.
    await expect.poll(() => kindsOf(user)).toEqual(["in", "out", "blocked"]);
  });

  it("with fields of an unknown shape is kept unchanged", async ({ expect }) => {
    await pushed(JSON.stringify({ ...DELIVERY, Event: "user_enter_tempsession", SessionFrom: ["a"] }));
    await pushed(JSON.stringify({ ...DELIVERY, Event: "wxa_media_check", result: ["a", "b"] }));
    const { events, unreadable } = await kept();
    expect(unreadable).toBe(0);
    expect(events).toMatchObject([
      { event: "account-event", type: "other", name: "user_enter_tempsession", fields: { SessionFrom: ["a"] } },
      { event: "account-event", type: "other", name: "wxa_media_check", fields: { result: ["a", "b"] } },
    ]);
  });
});

describe("a push with an Event name", () => {
  const HEADS = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "OpenID", "BusinessId", "Content"];
  const name = fc.string({ minLength: 1, unit: "grapheme", maxLength: 40 });
  const word = fc.oneof(fc.stringMatching(/^[A-Za-z]\w{0,12}$/), fc.constantFrom(...HEADS));
  const leaf = fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null));
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(word, tie("node"), { maxKeys: 4 }),
    ),
  })).node;
  const object = fc.dictionary(word, value, { maxKeys: 8 });

  it("is stored, flat or nested, whatever its other fields are", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(object, name, async (fields, Event) => {
        expect(await pushed(JSON.stringify({ ...fields, Event }))).toBe("success");
        expect((await kept()).unreadable).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
