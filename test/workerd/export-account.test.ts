/**
 * An export contains everything that an erasure deletes, including the account's events and unreadable pushes that name
 * the user.
 */
import { runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { miniProgramAddress } from "../../shared/message/address.ts";
import { account, APPID, OTHER_APPID } from "../support/workerd.ts";
import { call, erase } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

interface Line {
  readonly kind: string;
  readonly seq: number;
}

useWorker();

const pathOf = (openid: string) => `/api/v1/conversations/${openid}`;

async function exportOf(openid: string, appid?: string): Promise<readonly Line[]> {
  const response = await call("GET", `${pathOf(openid)}/export`, appid === undefined ? {} : { appid });
  const text = new TextDecoder().decode(await response.arrayBuffer());
  return response.status === 200
    ? text
        .trim()
        .split("\n")
        .map((line): Line => JSON.parse(line))
    : [];
}

/** Returns the body of a push that cannot be parsed, because it has no CreateTime. */
const unreadable = (openid: string, content: string) =>
  JSON.stringify({ ToUserName: "gh_1", FromUserName: openid, Content: content });

describe("an export", () => {
  it("begins with the account's events and unreadable pushes that name the user", async ({ expect }) => {
    await wechat.event("oPlatform", "wxa_media_check", { OpenID: "oOwn", trace_id: "trace-1" });
    await wechat.event("oPlatform", "wxa_media_check", { OpenID: "oOther", trace_id: "trace-2" });
    for (const openid of ["oOwn", "oOther"]) {
      await wechat.text("oSender", "x", { overrides: { plaintext: unreadable(openid, `of ${openid}`) } });
    }
    await wechat.text("oOwn", "在吗");
    const lines = await exportOf("oOwn");
    expect(lines).toMatchObject([
      { kind: "account-event", name: "wxa_media_check", user: "oOwn", fields: { trace_id: "trace-1" } },
      {
        kind: "quarantined",
        cause: "CreateTime: missing_field",
        body: unreadable("oOwn", "of oOwn"),
        truncated: false,
      },
      { kind: "in", content: { content: "在吗" } },
    ]);
    expect(JSON.stringify(lines)).not.toContain("oOther");
  });

  it("reads the bodies that name the user, and no others", async ({ expect }) => {
    for (const openid of ["oRead", "oUnread1", "oUnread2", "oUnread3"]) {
      await wechat.event("oPlatform", "wxa_media_check", { OpenID: openid, trace_id: "trace-1" });
    }
    const bodies = await runInDurableObject(account(), async (object, { storage }) => {
      const exec = storage.sql.exec.bind(storage.sql);
      const read: string[] = [];
      const spy = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...args) => {
        if (query.startsWith("select *"))
          read.push(
            ...exec<{ body: string }>(query, ...args)
              .toArray()
              .map(({ body }) => body),
          );
        return exec(query, ...args);
      });
      const page = await object.recordsOf(miniProgramAddress(APPID, "oRead"), { table: "account_events", after: 0 });
      spy.mockRestore();
      return { read, page };
    });
    expect(bodies.page.records).toHaveLength(1);
    expect(bodies.read).toEqual([expect.stringContaining("oRead")]);
  });

  it("exists for a user who is known only by an event, in that app", async ({ expect }) => {
    await wechat.event("oPlatform", "trade_manage_order_settlement", { openid: "oBuyer", order_id: "1" });
    expect(await exportOf("oBuyer")).toMatchObject([{ kind: "account-event", fields: { order_id: "1" } }]);
    expect(await exportOf("oBuyer", OTHER_APPID)).toEqual([]);
    await erase("oBuyer");
    expect((await call("GET", `${pathOf("oBuyer")}/export`)).status).toBe(404);
  });

  it("contains all events and pushes, regardless of number and length", async ({ expect }) => {
    const long = "客".repeat(15_000);
    for (let index = 0; index < 60; index += 1) {
      await wechat.event("oPlatform", "brand_new_event", { who: "oMany", index: String(index), long });
    }
    for (let index = 0; index < 30; index += 1) {
      await wechat.text("oSender", "x", { overrides: { plaintext: unreadable("oMany", `${index}${long}`) } });
    }
    await wechat.text("oMany", "在吗");
    const lines = await exportOf("oMany");
    expect(lines.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 60 }, () => "account-event"),
      ...Array.from({ length: 30 }, () => "quarantined"),
      "in",
    ]);
    expect(new Set(lines.slice(0, 60).map(({ seq }) => seq)).size).toBe(60);
  });
});
