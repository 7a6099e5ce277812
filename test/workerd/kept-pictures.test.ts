/**
 * Users' pictures in the bucket, the local runtime's R2: kept, shown, retried, erased, and deleted when they expire.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { findBucket } from "../../worker/archive/pictures/find-bucket.ts";
import { BATCH_DELAY_MS, PICTURES_CURSOR } from "../../worker/conversation/core/consumer-cursor.ts";
import type { EraseNote } from "../../worker/conversation/core/erasure.ts";
import type { ConversationState } from "../../worker/conversation/core/state.ts";
import { ERASED_KEY } from "../../worker/conversation/storage/erased-storage.ts";
import { must } from "../support/conversation.ts";
import { alarmOf, conversation, evict, pass, ring } from "../support/workerd.ts";
import { call, erase, PNG } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

useWorker({ clock: "hour ahead" });

const DAY = 86_400_000;
const bucket = must(findBucket(env), "bucket");
let users = 0;
const newUser = () => {
  users += 1;
  return `oPictured${String(users).padStart(4, "0")}`;
};
const idOf = (openid: string) => conversation(openid).id.toString();

async function keysOf(openid: string): Promise<readonly string[]> {
  const { objects } = await bucket.list({ prefix: idOf(openid) });
  return objects.map(({ key }) => key);
}

/** Reads the conversation's state, which is stored with the newest record. */
function stateOf(openid: string): Promise<ConversationState> {
  return runInDurableObject(conversation(openid), (_, { storage }) => {
    const [record] = storage.sql.exec<{ state: string }>("select state from log order by seq desc limit 1").toArray();
    return JSON.parse(must(record).state);
  });
}

const noteOf = (openid: string) =>
  runInDurableObject<DurableObject, EraseNote | undefined>(conversation(openid), (_, { storage }) =>
    storage.kv.get<EraseNote>(ERASED_KEY),
  );

/** Makes the user send a picture. @returns its media id */
async function shows(openid: string): Promise<string> {
  await wechat.image(openid);
  const log = await (await call("GET", `/api/v1/conversations/${idOf(openid)}/messages`)).text();
  return must([...log.matchAll(/"mediaId":"([^"]+)"/g)].at(-1)?.[1], "media id");
}

/** Makes the user send a picture, and runs the alarm that stores it. @returns its media id */
async function keeps(openid: string): Promise<string> {
  const mediaId = await shows(openid);
  pass(BATCH_DELAY_MS);
  await ring(openid);
  return mediaId;
}

const get = (openid: string, mediaId: string) => call("GET", `/api/v1/conversations/${idOf(openid)}/media/${mediaId}`);
/** Counts the pictures that were downloaded from WeChat. */
const downloads = async () =>
  (await wechat.calls()).filter(({ path, errcode }) => path === "/cgi-bin/media/get" && errcode === 0).length;

describe("a picture of a user", () => {
  it("is not downloaded while the push is answered, but by the alarm a second later", async ({ expect }) => {
    const openid = newUser();
    await shows(openid);
    expect([await downloads(), await keysOf(openid)]).toEqual([0, []]);
    expect(await alarmOf(conversation(openid))).toBe(Date.now() + BATCH_DELAY_MS);
    pass(BATCH_DELAY_MS);
    await ring(openid);
    expect([await downloads(), (await keysOf(openid)).length]).toEqual([1, 1]);
  });

  it("is shown from the bucket, also when WeChat has it no more, as what its bytes are", async ({ expect }) => {
    const openid = newUser();
    const mediaId = await keeps(openid);
    await wechat.fault({ fault: "errcode", errcode: 40007, target: "download" });
    pass(60 * DAY);
    const response = await get(openid, mediaId);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "private, max-age=300",
      "x-content-type-options": "nosniff",
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
    expect(await downloads()).toBe(1);
  });

  it("is stored sealed, under a key without openid, and opens in its own place and as its own type only", async ({
    expect,
  }) => {
    const [openid, other] = [newUser(), newUser()];
    const [mediaId, otherId] = [await keeps(openid), await keeps(other)];
    const [key = "", otherKey = ""] = [...(await keysOf(openid)), ...(await keysOf(other))];
    expect(key).toMatch(/^[0-9a-f]{64}\/[0-9a-z]+-[0-9a-f]{8}\/[0-9a-f]{32}$/);
    const read = async (name: string) => new Uint8Array(await must(await bucket.get(name)).arrayBuffer());
    const sealed = await read(key);
    expect(new TextDecoder("latin1").decode(sealed)).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\./);
    expect(new TextDecoder("latin1").decode(sealed)).not.toMatch(/PNG|IHDR/);
    await wechat.fault({ fault: "errcode", errcode: 40007, target: "download" });
    await bucket.put(otherKey, sealed, { customMetadata: { at: "1", type: "image/png" } });
    await bucket.put(key, sealed, { customMetadata: { at: "1", type: "text/html" } });
    for (const [user, id] of [
      [other, otherId],
      [openid, mediaId],
    ] as const) {
      expect((await get(user, id)).status).toBe(404);
    }
    const problems = lines().filter(({ event }) => event === "picture_not_read");
    expect(problems.map(({ reason }) => reason)).toEqual(["not_authentic", "not_authentic"]);
  });

  it("that WeChat does not give now is stored later, and those after it are not held up", async ({ expect }) => {
    const openid = newUser();
    const first = await shows(openid);
    const second = await shows(openid);
    await wechat.fault({ fault: "http", status: 500, target: "download", times: 1 });
    pass(BATCH_DELAY_MS);
    await ring(openid);
    expect(await keysOf(openid)).toHaveLength(1);
    expect((await stateOf(openid)).consumers[PICTURES_CURSOR]).toMatchObject({ tries: 1 });
    await evict(openid);
    pass(10_000);
    await ring(openid);
    expect(await keysOf(openid)).toHaveLength(2);
    // The second picture was already stored.
    expect(await downloads()).toBe(2);
    for (const mediaId of [first, second]) expect((await get(openid, mediaId)).status).toBe(200);
    expect(lines().filter(({ event }) => event === "picture_not_kept")).toHaveLength(1);
  });

  it("is stored later when the bucket fails, and shown from WeChat until then", async ({ expect }) => {
    const openid = newUser();
    const broken = vi.spyOn(bucket, "put").mockRejectedValue(new Error("internal error"));
    const mediaId = await keeps(openid);
    expect(await keysOf(openid)).toEqual([]);
    const unread = vi.spyOn(bucket, "get").mockRejectedValue(new Error("internal error"));
    expect((await get(openid, mediaId)).status).toBe(200);
    for (const spy of [broken, unread]) spy.mockRestore();
    pass(10_000);
    await ring(openid);
    expect(await keysOf(openid)).toHaveLength(1);
  });

  it("that WeChat has forgotten is given up, without an alarm for ever", async ({ expect }) => {
    const openid = newUser();
    await wechat.fault({ fault: "errcode", errcode: 40007, target: "download" });
    await keeps(openid);
    const { consumers, lastSeq } = await stateOf(openid);
    expect(consumers[PICTURES_CURSOR]).toMatchObject({ after: lastSeq, tries: 0 });
    expect(must(await alarmOf(conversation(openid))) - Date.now()).toBeGreaterThan(80 * DAY);
  });

  it("costs the texts after it nothing: neither an alarm nor a row", async ({ expect }) => {
    const openid = newUser();
    await keeps(openid);
    const alarm = await alarmOf(conversation(openid));
    pass(1_000);
    await wechat.text(openid, "在吗");
    const { consumers, lastSeq } = await stateOf(openid);
    expect(consumers[PICTURES_CURSOR]?.after).toBe(lastSeq);
    expect(await alarmOf(conversation(openid))).toBe(alarm);
  });
});

describe("without the bucket", () => {
  it("nothing of a picture is scheduled or stored", async ({ expect }) => {
    const openid = newUser();
    await runInDurableObject(conversation(openid), (object: DurableObject) => {
      Object.assign(object, { env: { ...env, MEDIA: undefined } });
    });
    const mediaId = await shows(openid);
    expect((await stateOf(openid)).consumers).toEqual({});
    await ring(openid);
    expect([await downloads(), await keysOf(openid)]).toEqual([0, []]);
    expect((await get(openid, mediaId)).status).toBe(200);
  });
});

describe("after 90 days", () => {
  it("a picture is deleted and a younger one is kept, then the conversation has no cursor any more", async ({
    expect,
  }) => {
    const openid = newUser();
    const first = await keeps(openid);
    pass(30 * DAY);
    const second = await keeps(openid);
    pass(61 * DAY);
    await ring(openid);
    expect((await get(openid, second)).status).toBe(200);
    await wechat.fault({ fault: "errcode", errcode: 40007, target: "download" });
    expect((await get(openid, first)).status).toBe(404);
    expect(await keysOf(openid)).toHaveLength(1);
    pass(30 * DAY);
    await ring(openid);
    expect(await keysOf(openid)).toEqual([]);
    expect((await stateOf(openid)).consumers).toEqual({});
  });

  it("a bucket that deletes nothing is asked again later and later, is logged once, and delays nothing else", async ({
    expect,
  }) => {
    const openid = newUser();
    await keeps(openid);
    const down = vi.spyOn(bucket, "delete").mockRejectedValue(new Error("internal error"));
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    pass(92 * DAY);
    const delays: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      await ring(openid);
      const at = must(await alarmOf(conversation(openid)));
      delays.push(at - Date.now());
      vi.setSystemTime(at);
      await evict(openid);
    }
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(60_000);
    expect(delays.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(DAY / 6);
    expect(Math.max(...delays)).toBeLessThanOrEqual(DAY / 4 + 60_000);
    const logged = lines().map(({ event }) => event);
    expect(logged.filter((event) => event === "pictures_not_deleted")).toHaveLength(1);
    expect(logged).not.toContain("alarm_failed");
    down.mockRestore();
    await ring(openid);
    expect(await keysOf(openid)).toEqual([]);
    expect((await stateOf(openid)).consumers).toEqual({});
  });

  it("an alarm is set for it, at most a day later", async ({ expect }) => {
    const openid = newUser();
    await keeps(openid);
    const days = (must(await alarmOf(conversation(openid))) - Date.now()) / DAY;
    expect(days).toBeGreaterThan(90);
    expect(days).toBeLessThan(91.1);
  });

  it("retention that deletes the conversation deletes its pictures", async ({ expect }) => {
    const openid = newUser();
    await keeps(openid);
    const stubborn = vi.spyOn(bucket, "delete").mockRejectedValue(new Error("internal error"));
    pass(182 * DAY);
    await ring(openid);
    stubborn.mockRestore();
    for (let alarms = 0; alarms < 3; alarms += 1) {
      pass(300_000);
      await ring(openid);
    }
    expect(await keysOf(openid)).toEqual([]);
    expect(await noteOf(openid)).toBeUndefined();
  });
});

describe("an erasure", () => {
  it("deletes the pictures, and asks again until the bucket has done it", async ({ expect }) => {
    const openid = newUser();
    const mediaId = await keeps(openid);
    const down = vi.spyOn(bucket, "delete").mockRejectedValue(new Error("internal error"));
    pass(2_000);
    expect((await erase(openid)).status).toBe(204);
    expect(await noteOf(openid)).toMatchObject({ pending: ["pictures"] });
    // At once: no route finds the conversation.
    expect((await get(openid, mediaId)).status).toBe(404);
    await ring(openid);
    expect(await noteOf(openid)).toMatchObject({ pending: ["pictures"] });
    expect(lines().at(-1)).toMatchObject({ event: "erasure_not_confirmed", object: "pictures" });
    down.mockRestore();
    pass(10_000);
    await ring(openid);
    expect([(await noteOf(openid))?.pending, await keysOf(openid)]).toEqual([[], []]);
  });

  it("leaves nothing to a request that names the erased log, while the bucket still has its pictures", async ({
    expect,
  }) => {
    const openid = newUser();
    const mediaId = await keeps(openid);
    const page = await call("GET", `/api/v1/conversations/${idOf(openid)}/messages`);
    const { log } = await page.json<{ readonly log: string }>();
    const named = (user: string) => call("GET", `/api/v1/conversations/${user}/media/${mediaId}?log=${log}`);
    expect((await named(openid)).status).toBe(200);
    pass(2_000);
    expect((await erase(openid)).status).toBe(204);
    expect(await keysOf(openid)).toHaveLength(1);
    expect((await named(openid)).status).toBe(404);
    pass(2_000);
    await wechat.text(openid, "我又来了");
    expect([(await named(openid)).status, (await named(idOf(openid))).status]).toEqual([422, 422]);
  });

  it("during a download leaves nothing, and spares the pictures of the next log", async ({ expect }) => {
    const openid = newUser();
    await shows(openid);
    pass(BATCH_DELAY_MS);
    const write = bucket.put.bind(bucket);
    let isErased = false;
    const slow = vi.spyOn(bucket, "put").mockImplementation(async (...put: Parameters<typeof write>) => {
      pass(2_000);
      isErased = (await erase(openid)).status === 204;
      return write(...put);
    });
    await ring(openid);
    slow.mockRestore();
    expect([isErased, (await keysOf(openid)).length]).toEqual([true, 1]);
    pass(2_000);
    const mediaId = await shows(openid);
    pass(BATCH_DELAY_MS);
    await ring(openid);
    expect(await keysOf(openid)).toHaveLength(1);
    expect((await get(openid, mediaId)).status).toBe(200);
    expect((await noteOf(openid))?.pending).toEqual([]);
  });
});
