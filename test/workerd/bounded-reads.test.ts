/** How many rows a conversation reads does not grow with later records: with 5,000 of them, counted by the runtime. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { miniProgramAccount } from "../../shared/message/address.ts";
import type { Delivery } from "../../shared/message/delivery.ts";
import { LEASE_MS } from "../../worker/conversation/core/outbox/outbox.ts";
import { rejected } from "../support/delivery.ts";
import { reply, says, submit, text } from "../support/direct.ts";
import { rowsRead } from "../support/rows-read.ts";
import { addressOf, APPID, conversation, pass, remote } from "../support/workerd.ts";
import { useObjects, wechat } from "./each-test.ts";

const FILLERS = 5_000;
const MOST = 1_200;
/** The most rows that may be read when the last row of a message is searched for. */
const MOST_SEARCHED = MOST + 5_000;

useObjects();

/** Submits a message. @returns the seq of its first row */
async function send(openid: string): Promise<number> {
  const submitted = await submit(openid, "k:1");
  return submitted.ok ? submitted.message.seq : 0;
}

/** Adds records of another message after the existing ones, with the newest state, and evicts the object. */
async function fill(openid: string, count = FILLERS): Promise<void> {
  await runInDurableObject(conversation(openid), (_, { storage: { sql } }) => {
    const row = `'[{"seq":' || (seq + n) || ',"at":1,"key":null,"kind":"attempt","ref":1,"body":{"attempt":1}}]'`;
    sql.exec(`with recursive step(n) as (values (1) union all select n + 1 from step where n < ${count}),
        last(seq, state) as (select seq, state from log order by seq desc limit 1)
      insert into log select seq + n, null, ${row}, json_set(state, '$.lastSeq', seq + n) from step, last`);
  });
  await evictDurableObject(conversation(openid));
}

describe("the status of a message", () => {
  it.for<readonly [string, Delivery]>([
    ["failed", rejected(40003)],
    ["blocked", rejected(45047)],
    ["unconfirmed", { result: "unconfirmed", reason: "timeout" }],
    ["retrying", rejected(-1)],
    ["sent", { result: "accepted" }],
  ])("is read from its own rows when it is %s", async ([status, delivery], { expect }) => {
    const openid = `oRead-${status}`;
    await says(wechat, openid, []);
    const seq = await send(openid);
    await remote(openid).settle(seq, 1, delivery, null);
    await fill(openid);
    const read = await rowsRead(conversation(openid), (object) => {
      expect(object.message(miniProgramAccount(APPID), seq)).toMatchObject({ seq, status });
    });
    expect(read).toBeLessThan(MOST);
  });

  it("is found when its end is thousands of rows later", async ({ expect }) => {
    const { lease } = await says(wechat, "oFar", [reply("一")]);
    const seq = lease?.seq ?? 0;
    await remote("oFar").settle(seq, 1, { result: "unconfirmed", reason: "timeout" }, null);
    await fill("oFar");
    pass(LEASE_MS);
    await remote("oFar").settle(seq, 1, { result: "accepted" }, null);
    const read = await rowsRead(conversation("oFar"), (object) => {
      expect(object.message(miniProgramAccount(APPID), seq)).toMatchObject({ seq, status: "sent" });
    });
    expect(read).toBeLessThan(MOST_SEARCHED);
  });

  it("is read from its own rows while the second attempt of an automatic message waits", async ({ expect }) => {
    const { lease } = await says(wechat, "oAgain", [reply("一")]);
    const seq = lease?.seq ?? 0;
    await remote("oAgain").settle(seq, 1, { result: "unconfirmed", reason: "timeout" }, null);
    await fill("oAgain");
    const read = await rowsRead(conversation("oAgain"), (object) => {
      expect(object.message(miniProgramAccount(APPID), seq)).toMatchObject({ seq, status: "retrying" });
    });
    expect(read).toBeLessThan(MOST);
  });

  it("is searched for in a limited number of rows when an automatic message has no second attempt", async ({
    expect,
  }) => {
    // The answer uses the whole quota, so nothing is left for a second attempt.
    const { lease } = await says(wechat, "oNoEnd", [reply("一", "二", "三", "四", "五")]);
    const seq = lease?.seq ?? 0;
    await remote("oNoEnd").settle(seq, 1, { result: "unconfirmed", reason: "timeout" }, null);
    await fill("oNoEnd", 8_000);
    const read = await rowsRead(conversation("oNoEnd"), (object) => {
      expect(object.message(miniProgramAccount(APPID), seq)).toMatchObject({ seq, status: "unconfirmed" });
    });
    expect(read).toBeLessThan(MOST_SEARCHED);
  });
});

describe("a message through the API", () => {
  it("reads the keys of a day once, not with every message", async ({ expect }) => {
    await says(wechat, "oKeys", []);
    await send("oKeys");
    await fill("oKeys");
    const again = await submit("oKeys", "k:1");
    const input = { key: "k:2", request: "r2", message: text("在路上"), isAi: false, hold: false, muteMs: 0 };
    const read = await rowsRead(conversation("oKeys"), (object) => {
      expect(object.submit(addressOf("oKeys"), input)).toMatchObject({ ok: true });
      expect(object.submit(addressOf("oKeys"), input)).toMatchObject({ ok: true });
    });
    expect(again).toMatchObject({ ok: true, message: { seq: expect.any(Number) } });
    expect(read).toBeLessThan(MOST);
  });
});

describe("the second report of an attempt", () => {
  it("is recognised without reading all that was said since the message", async ({ expect }) => {
    await says(wechat, "oTwice", []);
    const seq = await send("oTwice");
    await fill("oTwice");
    await remote("oTwice").settle(seq, 1, rejected(40003), null);
    const read = await rowsRead(conversation("oTwice"), (object) => object.settle(seq, 1, rejected(40003), null));
    expect(read).toBeLessThan(MOST);
    const rows = await remote("oTwice").rows(seq, 10_000);
    expect(rows?.rows.filter((row) => row.ref === seq).map(({ kind }) => kind)).toEqual(["failed"]);
  });
});
