/** The log id in heads, pages, sends and replays, and the generation number that an erasure keeps for the next log. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { generationOf } from "../../worker/conversation/core/log-id.ts";
import { reply, says, submit, tells } from "../support/direct.ts";
import { addressOf, conversation, pass, remote } from "../support/workerd.ts";
import { lines, useObjects, wechat } from "./each-test.ts";

const DAY = 86_400_000;

useObjects();

const logOf = async (openid: string) => (await remote(openid).head())?.log ?? "";
const newestOf = async (openid: string) => (await remote(openid).rows(0, 100))?.rows.at(-1)?.seq ?? 0;

function entriesOf(openid: string): Promise<Record<string, unknown>> {
  return runInDurableObject(conversation(openid), (_, { storage }) => Object.fromEntries(storage.kv.list()));
}

describe("the identity of a log", () => {
  it("contains user, schema version and log id", async ({ expect }) => {
    await tells("oHead", []);
    const log = expect.stringMatching(/^[0-9a-z]{8}-[0-9a-f]{8}$/);
    expect(await entriesOf("oHead")).toEqual({ head: { schema: 1, log, ...addressOf("oHead") } });
    expect(generationOf(await logOf("oHead"))).toBe(Date.now());
    expect(await remote("oHead").head()).toEqual({ ...addressOf("oHead"), log });
  });

  it("is null without a log, and reading it creates nothing", async ({ expect }) => {
    expect(await remote("oNone").head()).toBeNull();
    expect(await entriesOf("oNone")).toEqual({});
  });
});

describe("a log after an erasure", () => {
  it("has a greater generation and begins after the erased one, also when the clock was set back", async ({
    expect,
  }) => {
    await tells("oAgain", []);
    await submit("oAgain", "k:1");
    const [log, lastSeq] = [await logOf("oAgain"), await newestOf("oAgain")];
    await remote("oAgain").erase();
    expect(await entriesOf("oAgain")).toEqual({ erased: { at: Date.now(), log, lastSeq, pending: [] } });
    // After the clock is set back by more than five minutes, the generation still grows.
    pass(-600_000);
    await evictDurableObject(conversation("oAgain"));
    await tells("oAgain", []);
    expect(generationOf(await logOf("oAgain"))).toBe(generationOf(log) + 1);
    expect((await remote("oAgain").rows(0, 1))?.rows[0]?.seq).toBe(lastSeq + 1);
    expect((await entriesOf("oAgain"))["head"]).toMatchObject({ erased: true });
  });

  it("keeps the newest row number and the log id when it is erased again before it began", async ({ expect }) => {
    await tells("oTwice", []);
    const [log, lastSeq] = [await logOf("oTwice"), await newestOf("oTwice")];
    await remote("oTwice").erase();
    pass(1_000);
    await remote("oTwice").erase();
    expect(await entriesOf("oTwice")).toEqual({ erased: { at: Date.now(), log, lastSeq, pending: [] } });
  });

  it("deletes the note of the erasure after a day", async ({ expect }) => {
    await tells("oNote", []);
    await remote("oNote").erase();
    pass(1_000);
    await tells("oNote", []);
    expect(Object.keys(await entriesOf("oNote")).toSorted()).toEqual(["erased", "head"]);
    const log = await logOf("oNote");
    pass(DAY);
    await runDurableObjectAlarm(conversation("oNote"));
    expect(await entriesOf("oNote")).toEqual({ head: { schema: 1, log, ...addressOf("oNote") } });
  });

  it("refuses a send and a replay that were meant for the erased log", async ({ expect }) => {
    await says(wechat, "oSend", [reply("一")]);
    const log = await logOf("oSend");
    await remote("oSend").erase();
    const input = {
      key: "k:2",
      request: "r",
      message: { type: "text", content: "二" },
      isAi: false,
      hold: true,
    } as const;
    const gone = { ok: false, reason: "gone" };
    const send = () => remote("oSend").submit(addressOf("oSend"), { ...input, muteMs: 0 }, "c1", log);
    expect(await send()).toEqual(gone);
    expect(await remote("oSend").head()).toBeNull();
    pass(1_000);
    await tells("oSend", []);
    expect(await send()).toEqual(gone);
    expect(await remote("oSend").replay("shop", 0, { log })).toBeNull();
    expect(await remote("oSend").replay("shop", 0, { log: await logOf("oSend") })).toBe(0);
  });
});

describe("an object with data of 0.1", () => {
  it("is not read, and is deleted by its next alarm", async ({ expect }) => {
    const stub = conversation("oOld");
    await runInDurableObject(stub, async (_, { storage }) => {
      storage.sql.exec("create table log(seq integer primary key, key text, rows text not null, state text not null)");
      storage.kv.put("conversation", { schema: 1, appid: "wx0123456789abcdef", openid: "oOld" });
      await storage.setAlarm(Date.now() + DAY);
    });
    await evictDurableObject(stub);
    expect(await remote("oOld").head()).toBeNull();
    expect(await remote("oOld").view(1)).toBeNull();
    await runDurableObjectAlarm(stub);
    expect(await entriesOf("oOld")).toEqual({});
    expect(lines().filter(({ event }) => event === "old_data_deleted")).toHaveLength(1);
    const tables = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name = 'log'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("deletes the note of an erasure as well", async ({ expect }) => {
    const stub = conversation("oOldNote");
    await runInDurableObject(stub, async (_, { storage }) => {
      storage.kv.put("erased", { erasedAt: Date.now() });
      await storage.setAlarm(Date.now() + DAY);
    });
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await entriesOf("oOldNote")).toEqual({});
  });
});
