/** The three forms of a conversation in a path: its id, its address, a user of an account. */
import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { formatAddress } from "../../shared/message/address.ts";
import {
  addressOf,
  APPID,
  conversation,
  kindsOf,
  OTHER_APPID,
  readTexts,
  SECRETS,
  tablesIn,
} from "../support/workerd.ts";
import { bodyOf, call, HELLO, send } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

const pathOf = (id: string) => `/api/v1/conversations/${encodeURIComponent(id)}`;
const idOf = (openid: string, appid = APPID) => conversation(openid, appid).id.toString();
const nameOf = (openid: string, appid = APPID) => formatAddress(addressOf(openid, appid));
/** Gets a conversation; the request names no account. */
const get = (id: string) => call("GET", pathOf(id), { appid: null });

describe("a conversation in a path", () => {
  it("is found by its id, by its address and by the user of a named account", async ({ expect }) => {
    await wechat.text("oThree", "在吗");
    const shown = await bodyOf(await get(idOf("oThree")));
    expect(shown).toMatchObject({ id: idOf("oThree"), channel: "mini-program", account: APPID, user: "oThree" });
    expect(await bodyOf(await get(nameOf("oThree")))).toEqual(shown);
    expect(await bodyOf(await call("GET", pathOf("oThree"), { appid: APPID }))).toEqual(shown);
    const byAccount = `${pathOf("oThree")}?account=mini-program:${APPID}`;
    expect(await bodyOf(await call("GET", byAccount, { appid: null }))).toEqual(shown);
  });

  it("is not a user without an account while several are configured", async ({ expect }) => {
    await wechat.text("oWhich", "在吗");
    const refused = await get("oWhich");
    expect(refused.status).toBe(400);
    expect(await bodyOf(refused)).toMatchObject({ code: "account_required" });
    const one = { WECHAT_APPS: JSON.stringify([{ ...SECRETS, appid: APPID }]) };
    expect((await call("GET", pathOf("oWhich"), { appid: null, vars: one })).status).toBe(200);
  });

  it("uses the services of its own account, not of the first one", async ({ expect }) => {
    await wechat.text("oOther", "在吗", { appid: OTHER_APPID });
    for (const id of [idOf("oOther", OTHER_APPID), nameOf("oOther", OTHER_APPID)]) {
      expect((await send(encodeURIComponent(id), HELLO, { appid: null })).status).toBe(202);
    }
    await expect.poll(() => readTexts(wechat, "oOther", OTHER_APPID)).toEqual([HELLO.content, HELLO.content]);
    expect(await kindsOf("oOther")).toEqual([]);
  });

  it("has its messages found by their ids, whatever account is the first", async ({ expect }) => {
    await wechat.text("oFound", "在吗", { appid: OTHER_APPID });
    const sent = await bodyOf(await send(encodeURIComponent(nameOf("oFound", OTHER_APPID)), HELLO, { appid: null }));
    const path = `/api/v1/messages/${String(sent["id"])}`;
    expect((await call("GET", path, { appid: null })).status).toBe(200);
    expect((await call("GET", path, { appid: OTHER_APPID })).status).toBe(200);
    expect((await call("GET", path, { appid: APPID })).status).toBe(404);
  });

  it("is answered as gone for a caller who names the id of the log", async ({ expect }) => {
    const page = await call("GET", `${pathOf(idOf("oGone"))}/messages?log=1-00000000`, { appid: null });
    expect(page.status).toBe(410);
    expect(await bodyOf(page)).toMatchObject({ code: "gone" });
  });

  it("is 404 by its id without a log, for every method, and nothing is created", async ({ expect }) => {
    for (const id of [idOf("oNever"), "0".repeat(64)]) {
      const answers = [
        await get(id),
        await call("GET", `${pathOf(id)}/messages`, { appid: null }),
        await call("GET", `${pathOf(id)}/export`, { appid: null }),
        await send(id, { ...HELLO, hold: true }, { appid: null }),
        await call("POST", `${pathOf(id)}/typing`, { json: { on: true }, appid: null }),
        await call("DELETE", pathOf(id), { appid: null }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
      expect(await bodyOf(answers[0] ?? Response.error())).toMatchObject({ code: "conversation_not_found" });
    }
    const stored = await runInDurableObject(conversation("oNever"), (_, { storage }) => [
      ...storage.kv.list(),
      ...tablesIn(storage),
    ]);
    expect(stored).toEqual([]);
  });

  it("is created by a send that names its address", async ({ expect }) => {
    const sent = await send(encodeURIComponent(nameOf("oNew")), { ...HELLO, hold: true }, { appid: null });
    expect(sent.status).toBe(202);
    expect((await get(idOf("oNew"))).status).toBe(200);
  });

  it("is erased by its id with what the account keeps of the user", async ({ expect }) => {
    await wechat.text("oErasedById", "在吗");
    await wechat.event("oErasedById", "xpay_goods_deliver_notify", { OpenId: "oErasedById" });
    const events = async () => JSON.stringify(await bodyOf(await call("GET", "/api/v1/events?limit=200")));
    expect(await events()).toContain("oErasedById");
    expect((await call("DELETE", pathOf(idOf("oErasedById")), { appid: null })).status).toBe(204);
    expect(await events()).not.toContain("oErasedById");
    expect((await get(nameOf("oErasedById"))).status).toBe(404);
    expect((await call("DELETE", pathOf(idOf("oErasedById")), { appid: null })).status).toBe(404);
  });

  it.for(["phone:shop:u1", "mini-program:wx0000000000000000:oUser"])(
    "is unknown with an account that is not configured: %s",
    async (id, { expect }) => {
      const refused = await get(id);
      expect(refused.status).toBe(404);
      expect(await bodyOf(refused)).toMatchObject({ code: "unknown_account" });
    },
  );

  it.for(["oUser:1", "mini-program:oUser", "mini-program::oUser", "email:a:b", "x".repeat(129)])(
    "is refused when it has none of the forms: %s",
    async (id, { expect }) => {
      const refused = await call("GET", pathOf(id));
      expect(refused.status).toBe(422);
      expect(await bodyOf(refused)).toMatchObject({ code: "invalid_field", field: "id" });
    },
  );

  it("is refused when the query names another account", async ({ expect }) => {
    await wechat.text("oMine", "在吗");
    for (const id of [idOf("oMine"), nameOf("oMine")]) {
      const refused = await call("GET", pathOf(id), { appid: OTHER_APPID });
      expect(refused.status).toBe(422);
      expect(await bodyOf(refused)).toMatchObject({ code: "invalid_field", field: "id" });
    }
  });
});

describe("?account=", () => {
  it("chooses an account as ?appid= does", async ({ expect }) => {
    const accountOf = async (query: string) => (await bodyOf(await call("GET", `/api/v1/settings${query}`)))["account"];
    expect(await accountOf(`?appid=${OTHER_APPID}`)).toBe(`mini-program:${OTHER_APPID}`);
    expect(await accountOf(`?account=mini-program:${OTHER_APPID}`)).toBe(`mini-program:${OTHER_APPID}`);
    expect(await accountOf("")).toBeUndefined();
  });

  it("is unknown in another form, beside another ?appid=, and when it is not configured", async ({ expect }) => {
    for (const query of [
      `account=${APPID}`,
      "account=",
      `account=mini-program:${APPID}&appid=${OTHER_APPID}`,
      "account=mini-program:wx0000000000000000",
      `account=official-account:${APPID}`,
    ]) {
      const refused = await call("GET", `/api/v1/settings?${query}`);
      expect(refused.status, query).toBe(404);
      expect(await bodyOf(refused)).toMatchObject({ code: "unknown_account" });
    }
    expect((await call("GET", `/api/v1/settings?account=mini-program:${APPID}&appid=${APPID}`)).status).toBe(200);
  });
});
