/** What the account object stores about erased users: a limited number of hashes, for one day. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { miniProgramAddress } from "../../shared/message/address.ts";
import { createErasures, MAX_ERASURES, type Erasures } from "../../worker/account/users/erasures.ts";
import { account as accountObject, alarmOf, emptyAccount } from "../support/workerd.ts";
import { useWorker } from "./each-test.ts";

const DAY = 86_400_000;
const USER = "oErased-6_bmjrPTlm6_2sgVt7hM";
const NAME = "erasures-of-the-tests";
const ADDRESS = miniProgramAddress("erasures", USER);
const account = accountObject(NAME);

useWorker({ clock: "hour ahead", settings: null });
beforeEach(() => emptyAccount(NAME));

/** Calls a function with the erasures stored in the account object. */
function within<T>(act: (erasures: Erasures, storage: DurableObjectStorage) => Promise<T>): Promise<T> {
  return runInDurableObject(account, (_, { storage }) => act(createErasures(storage), storage));
}

describe("an account's erased users", () => {
  it("are kept as hashes with a random key, never by openid", async ({ expect }) => {
    await account.eraseUser(ADDRESS);
    const kept = await runInDurableObject(account, (_, { storage }) => {
      const rows = storage.sql.exec("select * from erased").toArray();
      return { rows, key: storage.kv.get<Uint8Array>("erasure_key") };
    });
    const row = { seq: 1, at: Date.now(), hash: expect.stringMatching(/^[0-9a-f]{64}$/), length: USER.length, word: 1 };
    expect(kept.rows).toEqual([row]);
    expect(kept.key).toHaveLength(32);
    const other = await runInDurableObject(env.ACCOUNT.getByName("other-erasures"), (_, { storage }) =>
      createErasures(storage).hash(USER),
    );
    expect(other.hash).not.toBe(kept.rows[0]?.["hash"]);
  });

  it("are kept after an eviction, and deleted by the alarm after a day", async ({ expect }) => {
    await account.eraseUser(ADDRESS);
    const erasedAt = Date.now();
    await evictDurableObject(account);
    const named = (now: number) => within((erasures) => erasures.concern(`<a>${USER}</a>`, erasedAt, now));
    expect(await named(erasedAt + DAY - 1)).toBe(true);
    expect(await named(erasedAt + DAY)).toBe(false);
    expect(await alarmOf(account)).toBe(erasedAt + DAY);
    vi.setSystemTime(erasedAt + DAY);
    await runDurableObjectAlarm(account);
    const left = (_: unknown, { storage }: DurableObjectState) => storage.sql.exec("select * from erased").toArray();
    expect(await runInDurableObject(account, left)).toEqual([]);
    expect(await alarmOf(account)).toBeNull();
  });

  it("are at most ten thousand; then the oldest is deleted", async ({ expect }) => {
    const now = Date.now();
    const found = await within(async (erasures, storage) => {
      erasures.note(await erasures.hash("oFirst"), now - 2);
      erasures.note(await erasures.hash("oSecond"), now - 1);
      storage.sql
        .exec(`with recursive step(n) as (values (3) union all select n + 1 from step where n < ${MAX_ERASURES})
        insert into erased select n, ${now}, 'x', 28, 1 from step`);
      const again = createErasures(storage);
      again.note(await again.hash("oLast"), now);
      const names = ["oFirst", "oSecond", "oLast"];
      const count = storage.sql.exec<{ n: number }>("select count(*) as n from erased").one().n;
      return [count, ...(await Promise.all(names.map((name) => again.concern(name, 0, now))))];
    });
    expect(found).toEqual([MAX_ERASURES, false, true, true]);
  });

  it("are looked for when one is erased while another is looked for", async ({ expect }) => {
    const now = Date.now();
    const found = await within(async (erasures) => {
      erasures.note(await erasures.hash("oSomebody"), now);
      const hashed = await erasures.hash(USER);
      const looking = erasures.concern(USER, 0, now);
      erasures.note(hashed, now);
      return looking;
    });
    expect(found).toBe(true);
  });

  it("are taken to be named in a text that could name too many to look at", async ({ expect }) => {
    const words = Array.from({ length: 4_097 }, (_, n) => `o${n + 10_000}`).join(" ");
    const found = await within(async (erasures) => {
      erasures.note(await erasures.hash("oShort"), Date.now());
      return [await erasures.concern(words, 0, Date.now()), await erasures.concern(words.slice(7), 0, Date.now())];
    });
    expect(found).toEqual([true, false]);
  });

  it("cost an event that is newer nothing", async ({ expect }) => {
    const asked = await within(async (erasures) => {
      erasures.note(await erasures.hash(USER), Date.now());
      return [Date.now(), Date.now() + 1].map((createdAt) => erasures.mayConcern(createdAt, Date.now() + 1));
    });
    expect(asked).toEqual([true, false]);
  });

  it("noted by a clock that was set back since are ignored", async ({ expect }) => {
    const found = await within(async (erasures) => {
      erasures.note(await erasures.hash(USER), Date.now() + DAY);
      return erasures.concern(USER, Date.now(), Date.now());
    });
    expect(found).toBe(false);
  });
});
