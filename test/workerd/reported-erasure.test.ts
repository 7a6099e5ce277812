/** An erasure reaches desk and archive: at once, when one of them is down, and when the user is erased twice. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { archiveStub } from "../../worker/archive/client.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { ERASURE_MS, type EraseNote } from "../../worker/conversation/core/erasure.ts";
import { generationOf } from "../../worker/conversation/core/log-id.ts";
import { REPORT_DELAY_MS } from "../../worker/conversation/core/session/consumers.ts";
import { ERASED_KEY } from "../../worker/conversation/storage/erased-storage.ts";
import type { Conversation } from "../../worker/index.ts";
import { must } from "../support/conversation.ts";
import { message } from "../support/direct.ts";
import { addressOf, alarmOf, conversation, evict, pass, remote, ring } from "../support/workerd.ts";
import { addKeeper, desk, emptyDesk, evictDesk, idOf, says, writes } from "./desk-play.ts";
import { lines, useObjects } from "./each-test.ts";

useObjects();

beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
});

const DAY = 86_400_000;
let users = 0;
const newUser = (): string => {
  users += 1;
  return `oErased${String(users).padStart(4, "0")}`;
};
const archive = () => archiveStub(env.ARCHIVE, "apac");
const noteOf = (openid: string) =>
  runInDurableObject<DurableObject, EraseNote | undefined>(conversation(openid), (_, { storage }) =>
    storage.kv.get<EraseNote>(ERASED_KEY),
  );
const isOpen = async (openid: string) =>
  (await desk().list(null, { view: "all", order: "waiting", limit: 200 })).rows.some(
    (row) => row.conversation === idOf(openid),
  );
const isArchived = async (openid: string) =>
  (await archive().directory(null, 200)).contacts.some((contact) => contact.conversation === idOf(openid));
const logOf = async (openid: string) => must(await remote(openid).head(), "head").log;

/** Makes a user write, and waits until desk and archive have the session. @returns the openid */
async function served(): Promise<string> {
  const openid = newUser();
  await says(openid);
  await vi.waitUntil(() => isOpen(openid));
  pass(REPORT_DELAY_MS);
  await ring(openid);
  return openid;
}

/** Makes every call of an object fail. */
function cutOff(name: "DESK" | "ARCHIVE") {
  const spy = vi.spyOn(env[name], "getByName").mockImplementation(() => {
    throw new Error("not reachable");
  });
  return () => spy.mockRestore();
}

describe("an erasure", () => {
  it("is confirmed by desk and archive, and the note is kept until the end of its day", async ({ expect }) => {
    const openid = await served();
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([true, true]);
    const log = await logOf(openid);
    await remote(openid).erase();
    expect(await noteOf(openid)).toMatchObject({ log, pending: ["desk", "archive"] });
    expect(await alarmOf(conversation(openid))).toBe(Date.now());
    await ring(openid);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([false, false]);
    const note = must(await noteOf(openid));
    expect(note.pending).toEqual([]);
    expect(await alarmOf(conversation(openid))).toBe(note.at + ERASURE_MS);
    pass(ERASURE_MS);
    await ring(openid);
    expect(await noteOf(openid)).toBeUndefined();
    expect(await alarmOf(conversation(openid))).toBeNull();
  });

  it("is repeated while the desk is down, also after an eviction, and for longer than a day", async ({ expect }) => {
    const openid = await served();
    const restore = cutOff("DESK");
    await remote(openid).erase();
    await ring(openid);
    expect(await noteOf(openid)).toMatchObject({ pending: ["desk"] });
    expect(await isArchived(openid)).toBe(false);
    expect(must(await alarmOf(conversation(openid))) - Date.now()).toBeLessThanOrEqual(2_000);
    await evict(openid);
    pass(ERASURE_MS);
    await ring(openid);
    expect(await noteOf(openid)).toMatchObject({ pending: ["desk"] });
    expect(must(await alarmOf(conversation(openid))) - Date.now()).toBeLessThanOrEqual(300_000);
    restore();
    await evictDesk();
    expect(await isOpen(openid)).toBe(true);
    pass(300_000);
    await ring(openid);
    expect(await isOpen(openid)).toBe(false);
    const failures = lines().filter(({ event }) => event === "erasure_not_confirmed");
    expect(failures.map(({ object }) => object)).toEqual(["desk", "desk"]);
    expect(JSON.stringify(lines())).not.toContain(openid);
    pass(ERASURE_MS);
    await ring(openid);
    expect(await noteOf(openid)).toBeUndefined();
  });

  it("does not change the log that the user begins before it is confirmed", async ({ expect }) => {
    const openid = await served();
    const restore = cutOff("DESK");
    await remote(openid).erase();
    await ring(openid);
    restore();
    pass(2_000);
    await says(openid, "我又来了");
    await vi.waitUntil(() => isOpen(openid));
    pass(REPORT_DELAY_MS);
    await ring(openid);
    expect(must(await noteOf(openid)).pending).toEqual([]);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([true, true]);
    pass(DAY + 1_000);
    await ring(openid);
    expect(await noteOf(openid)).toBeUndefined();
    expect(await remote(openid).head()).not.toBeNull();
  });

  it("before another one is confirmed is confirmed together with it", async ({ expect }) => {
    const openid = await served();
    const restore = cutOff("DESK");
    await remote(openid).erase();
    await ring(openid);
    pass(2_000);
    const first = must(await noteOf(openid));
    await writes(openid);
    const second = await logOf(openid);
    await remote(openid).erase();
    expect(generationOf(second)).toBeGreaterThan(generationOf(must(first.log)));
    expect(await noteOf(openid)).toMatchObject({ log: second, pending: ["desk", "archive"] });
    restore();
    await ring(openid);
    expect(must(await noteOf(openid)).pending).toEqual([]);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([false, false]);
  });

  it("repeats the request for an earlier log when the later log had no session, and when there is no later log", async ({
    expect,
  }) => {
    const openid = await served();
    const restore = cutOff("DESK");
    const log = await logOf(openid);
    await remote(openid).erase();
    await ring(openid);
    await remote(openid).erase();
    expect(await noteOf(openid)).toMatchObject({ log, pending: ["desk"] });
    restore();
    await ring(openid);
    expect(await isOpen(openid)).toBe(false);
  });

  it("of a user without a session sends no request", async ({ expect }) => {
    const openid = newUser();
    const inbound = message();
    const push = { key: "m:plain", event: inbound, classification: classify(inbound), candidates: [] };
    await remote(openid).receive(addressOf(openid), push, "holder");
    await remote(openid).erase();
    const note = must(await noteOf(openid));
    expect(note.pending).toEqual([]);
    expect(await alarmOf(conversation(openid))).toBe(note.at + ERASURE_MS);
  });

  it("whose process ended between deletion and note is finished by its repeat", async ({ expect }) => {
    const openid = await served();
    const aborted = runInDurableObject(conversation(openid), (instance: DurableObject, state) => {
      (instance as Conversation).erase();
      state.abort("killed in the turn of the erasure");
    });
    await expect(aborted).rejects.toThrow("killed");
    // What is stored when the object ends at this point: everything is deleted, but neither the note of the erasure nor
    // an alarm exists. The caller got no answer, so it repeats the call.
    expect([await remote(openid).head(), await noteOf(openid), await alarmOf(conversation(openid))]).toEqual([
      null,
      undefined,
      null,
    ]);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([true, true]);
    expect(await remote(openid).erase()).toBe(false);
    expect(await noteOf(openid)).toMatchObject({ log: null, pending: ["desk", "archive", "pictures"] });
    await ring(openid);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([false, false]);
    pass(1_000);
    await says(openid);
    await vi.waitUntil(() => isOpen(openid));
    expect(generationOf(await logOf(openid))).toBeGreaterThan(must(await noteOf(openid)).at);
  });
});

describe("retention", () => {
  it("that deletes a conversation deletes its data in desk and archive, and refuses no push", async ({ expect }) => {
    const openid = await served();
    // The desk reads an idle conversation after a day, which sets the alarm for retention.
    pass(DAY);
    await remote(openid).snapshot();
    pass(181 * DAY);
    const restore = cutOff("DESK");
    await ring(openid);
    expect(await remote(openid).head()).toBeNull();
    expect(await noteOf(openid)).toMatchObject({ at: 0, pending: ["desk", "archive"] });
    await ring(openid);
    expect(await noteOf(openid)).toMatchObject({ at: 0, pending: ["desk"] });
    restore();
    pass(300_000);
    await ring(openid);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([false, false]);
    await ring(openid);
    expect(await noteOf(openid)).toBeUndefined();
    expect(await alarmOf(conversation(openid))).toBeNull();
  });

  it("accepts new messages of the user while it is not confirmed", async ({ expect }) => {
    const openid = await served();
    // The desk reads an idle conversation after a day, which sets the alarm for retention.
    pass(DAY);
    await remote(openid).snapshot();
    pass(181 * DAY);
    const restore = cutOff("DESK");
    await ring(openid);
    restore();
    await says(openid);
    await vi.waitUntil(() => isOpen(openid));
    await ring(openid);
    pass(REPORT_DELAY_MS);
    await ring(openid);
    expect([await isOpen(openid), await isArchived(openid)]).toEqual([true, true]);
    expect(await noteOf(openid)).toBeUndefined();
  });
});
