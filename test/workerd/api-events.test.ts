import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, it } from "vitest";
import { account, deleteEvents, OTHER_APPID } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import { wechat } from "./each-test.ts";
import { usePushes } from "./push-bench.ts";

usePushes();
beforeEach(deleteEvents);

interface Page {
  readonly events: readonly { readonly seq: number; readonly name: string; readonly fields: object }[];
  readonly next: number;
}

const read = async (query = ""): Promise<Page> => (await call("GET", `/api/v1/events${query}`)).json<Page>();

describe("GET /api/v1/events", () => {
  it("lists events that belong to no conversation with all fields, and nothing of the users' chats", async ({
    expect,
  }) => {
    await wechat.event("oPlatform", "xpay_goods_deliver_notify", {
      OpenId: "oBuyer",
      OutTradeNo: "T1",
      GoodsInfo: { Quantity: 2, List: [{ Name: "a" }, { Name: "b" }] },
    });
    await wechat.text("oChat", "价格");
    await wechat.enter("oChat", "page=1");
    await wechat.event("oNews", "brand_new_event", { Number: 1 });
    const response = await call("GET", "/api/v1/events");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      events: [
        {
          name: "xpay_goods_deliver_notify",
          user: "oPlatform",
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
          fields: {
            Event: "xpay_goods_deliver_notify",
            OpenId: "oBuyer",
            GoodsInfo: { Quantity: "2", List: [{ Name: "a" }, { Name: "b" }] },
          },
        },
        { name: "brand_new_event", user: "oNews", fields: { Number: "1" } },
      ],
    });
  });

  it("continues from the cursor by pages, also after events were added and deleted", async ({ expect }) => {
    for (const n of [1, 2, 3]) await wechat.event("oPage", "page_event", { Number: n });
    const first = await read("?limit=2");
    expect(first.events.map(({ fields }) => fields)).toMatchObject([{ Number: "1" }, { Number: "2" }]);
    expect(first.next).toBe(first.events[1]?.seq);
    await wechat.event("oPage", "page_event", { Number: 4 });
    await runInDurableObject(account(), (_, { storage }) => {
      storage.sql.exec("delete from account_events where seq <= ?", first.next);
    });
    const second = await read(`?after=${first.next}`);
    expect(second.events.map(({ fields }) => fields)).toMatchObject([{ Number: "3" }, { Number: "4" }]);
    expect(await read(`?after=${second.next}`)).toEqual({ events: [], next: second.next });
  });

  it("reads no more than a page may hold, and at least one event", async ({ expect }) => {
    const text = "x".repeat(40_000);
    for (let n = 0; n < 30; n += 1) await wechat.event("oLarge", "large_event", { Number: n, text });
    const first = await read("?limit=200");
    expect(first.events.length).toBeGreaterThan(10);
    expect(first.events.length).toBeLessThan(30);
    const second = await read(`?after=${first.next}`);
    expect(first.events.length + second.events.length).toBe(30);
    await runInDurableObject(account(), (_, { storage }) => {
      const raw = JSON.stringify({ text: "x".repeat(1_500_000) });
      const event = { event: "account-event", type: "other", name: "huge", createdAt: 1, raw };
      const body = JSON.stringify({ user: "", event });
      for (const seq of [1, 2])
        storage.sql.exec("insert into account_events (seq, at, key, body) values (?, 1, 'k', ?)", seq, body);
    });
    expect((await read("?limit=200")).events.map(({ seq }) => seq)).toEqual([1]);
  });

  it("is each app's own", async ({ expect }) => {
    await wechat.event("oApp", "for_the_first");
    expect(await bodyOf(await call("GET", "/api/v1/events", { appid: OTHER_APPID }))).toEqual({ events: [], next: 0 });
    expect(await bodyOf(await call("GET", "/api/v1/events?appid=wx0000000000000000"))).toMatchObject({
      code: "unknown_account",
    });
  });

  it("needs a key, and refuses a cursor that is none", async ({ expect }) => {
    expect((await call("GET", "/api/v1/events", { key: null })).status).toBe(401);
    for (const query of ["?after=-1", "?after=x", "?limit=0", "?limit=201", "?after=99999999999999999"]) {
      expect((await call("GET", `/api/v1/events${query}`)).status).toBe(422);
    }
  });
});
