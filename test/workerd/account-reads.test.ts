/**
 * The number of rows that the account reads with each write does not grow with the number of conversations that have
 * skipped events.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import type { AccountEvent } from "../../shared/message/inbound.ts";
import { createSkippedStore, MAX_LISTED } from "../../worker/webhooks/skipped-store.ts";
import { rowsRead } from "../support/rows-read.ts";

const MOST = 20;
const NOTED = 1_000_000;
const account = env.ACCOUNT.getByName("reads-of-the-tests");

/** Stores a skipped event of one endpoint in each of `MAX_LISTED` conversations. */
async function fill(): Promise<void> {
  await runInDurableObject(account, (_, { storage }) => {
    const first = { seq: 1, id: "c0-1", type: "message.received", at: 1 };
    createSkippedStore(storage).note("a", { conversation: "c0", count: 1, first, reason: "refused" }, NOTED);
    storage.sql
      .exec(`with recursive step(n) as (values (1) union all select n + 1 from step where n < ${MAX_LISTED - 1})
      insert into webhook_skipped select webhook, 'c' || n, log, seq, id, type, at, count, noted + n, reason, status
      from step, webhook_skipped`);
  });
  await evictDurableObject(account);
}

describe("an account with ten thousand conversations that skipped events", () => {
  it("reads none of them for an event, a refused push or a pruning", async ({ expect }) => {
    await fill();
    const now = Date.now();
    const event: AccountEvent = {
      createdAt: now,
      event: "account-event",
      type: "other",
      name: "x",
      raw: '{"Event":"x"}',
    };
    expect(await rowsRead(account, (object) => object.appEvent("e:x:1", { user: "", event }, now))).toBeLessThan(MOST);
    expect(
      await rowsRead(account, (object) => object.recordStalePush({ at: now, ageMs: 1_000_000, count: 1 })),
    ).toBeLessThan(MOST);
    await runInDurableObject(account, (_, { storage }) => {
      const store = createSkippedStore(storage);
      expect(store.oldest()).toBe(NOTED);
      store.prune(NOTED + 1);
      expect(store.oldest()).toBe(NOTED + 1);
    });
    const pruning = rowsRead(account, (_, storage) => {
      createSkippedStore(storage).prune(NOTED + 2);
    });
    expect(await pruning).toBeLessThan(MOST);
  });
});
