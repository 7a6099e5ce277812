import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { DEFAULT_VERSION } from "../../shared/api/settings/version.ts";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";
import { BUSY, TAKEN, URL_OF } from "../support/receiver.ts";
import { conversation, pass, ring } from "../support/workerd.ts";
import { call } from "./api-client.ts";
import { shop } from "./each-test.ts";
import { ringFor, says, useHooks, usePlay } from "./webhook-play.ts";

usePlay();

/** Makes the user write; the isolate that receives the push has settings of this version with these webhooks. */
const writes = (openid: string, settingsVersion: number, ...webhooks: readonly string[]) =>
  says(openid, [], { webhooks, settingsVersion });

/** Stores settings with this webhook. @returns their version */
async function useHook(id: string): Promise<number> {
  await useHooks({ id, url: URL_OF(id), events: ["message.received"] });
  const response = await call("GET", "/api/v1/settings");
  return Number(response.headers.get("etag")?.replaceAll('"', ""));
}

/** Reads the cursors that the conversation stores, by webhook. */
function cursorsOf(openid: string): Promise<Readonly<Record<string, unknown>>> {
  return runInDurableObject(conversation(openid), (_, { storage }) => {
    const [row] = storage.sql.exec<{ state: string }>("select state from log order by seq desc limit 1").toArray();
    return JSON.parse(row?.state ?? "{}").consumers;
  });
}

describe("in the two minutes after a PUT, a worker that still has the previous settings", () => {
  it("does not delete the cursor of a new webhook", async ({ expect }) => {
    const version = await useHook("new");
    await writes("oNew", version, "new");
    await writes("oNew", version - 1);
    await writes("oNew", version, "new");
    await ringFor("oNew", 5_000);
    expect(shop.types()).toHaveLength(3);
  });

  it("does not add a removed webhook again", async ({ expect }) => {
    const version = await useHook("other");
    await writes("oOld", version - 1, "removed");
    await writes("oOld", version, "other");
    await writes("oOld", version - 1, "removed");
    expect(Object.keys(await cursorsOf("oOld"))).toEqual(["webhook:other"]);
  });

  it("does not undo a replay to a new webhook", async ({ expect }) => {
    const before = await useHook("before");
    await writes("oReplay", before, "before");
    await useHook("after");
    const path = "/api/v1/conversations/oReplay/webhooks/after/replay";
    expect((await call("POST", path, { json: { after: 0 } })).status).toBe(202);
    await writes("oReplay", before, "before");
    await ringFor("oReplay", 5_000);
    expect(shop.events.map(({ path }) => path)).toEqual(["/after", "/after"]);
  });

  it("does not skip the events of a new webhook by an alarm after its first call failed", async ({ expect }) => {
    const version = await useHook("alarm");
    await writes("oAlarm", version, "alarm");
    shop.answerWith(BUSY);
    pass(BATCH_DELAY_MS);
    await ring("oAlarm");
    shop.answerWith(TAKEN);
    // The conversation wakes in another isolate, whose memory is a minute old.
    const value = { ...DEFAULT_VERSION, version: version - 1 };
    settingsMemory.known = { value, readAt: Date.now() };
    await ringFor("oAlarm", 50_000);
    pass(60_000);
    await ringFor("oAlarm", 10 * 60_000);
    expect(shop.events.map(({ path }) => path)).toEqual(["/alarm", "/alarm"]);
  });
});
