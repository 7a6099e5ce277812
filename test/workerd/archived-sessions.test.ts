/**
 * The conversation's alarm reports closed sessions and the user to the archive: after a delay, again when a call
 * failed, with sealed texts.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { archiveStub } from "../../worker/archive/client.ts";
import { USER_PLACE } from "../../worker/archive/report-sessions.ts";
import type { ArchiveRpc } from "../../worker/archive/rpc.ts";
import { requireConfig } from "../../worker/config/config.ts";
import type { CommandAction } from "../../worker/conversation/core/session/apply.ts";
import { REPORT_DELAY_MS } from "../../worker/conversation/core/session/consumers.ts";
import { loadTextSealer } from "../../worker/platform/sealed-text.ts";
import { must, text } from "../support/conversation.ts";
import { ACCEPTED } from "../support/delivery.ts";
import {
  alarmOf,
  APPID,
  archiveObject,
  conversation,
  evict,
  pass,
  remote,
  ring,
  tablesIn,
} from "../support/workerd.ts";
import { addKeeper, emptyDesk, idOf, writes } from "./desk-play.ts";
import { useObjects } from "./each-test.ts";

useObjects();

beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
  await runInDurableObject(archiveObject(), (_, { storage }) => storage.deleteAll());
  await evictDurableObject(archiveObject());
});

let users = 0;
let ids = 0;
const newUser = (): string => {
  users += 1;
  return `oArchived${String(users).padStart(4, "0")}`;
};
const archive = () => archiveStub(env.ARCHIVE, "apac");
const listed = async () => (await archive().listClosed({ limit: 200 })).sessions;

async function commands(openid: string, action: CommandAction) {
  ids += 1;
  const { log } = must(await remote(openid).snapshot());
  return remote(openid).command({ id: `archived-${ids}`, log, action, desk: { isOpen: true } }, `holder ${ids}`);
}

async function named(openid: string) {
  const { session } = must(await remote(openid).snapshot());
  return { session: session.open?.seq ?? session.closed?.seq ?? 0, version: session.version };
}

/** Makes a user write, and an agent answer and close the session. */
async function answered(openid: string): Promise<void> {
  await writes(openid, "手机13800138000");
  const replied = await commands(openid, {
    type: "reply",
    agent: "a1",
    message: text("在的"),
    request: "在的",
    hold: false,
  });
  const lease = must(replied.ok ? replied.lease : undefined);
  await remote(openid).settle(lease.seq, lease.attempt, ACCEPTED, null, { isOpen: true });
  const { to: seenSeq } = must(await remote(openid).snapshot());
  await commands(openid, { type: "close", reason: "agent", seenSeq, ...(await named(openid)) });
}

/** Moves the clock to the time of the report, and runs the conversations' alarms. */
async function rings(...openids: readonly string[]): Promise<void> {
  pass(REPORT_DELAY_MS);
  await ring(...openids);
}

const stored = () =>
  runInDurableObject(archiveObject(), (_, { storage }) =>
    JSON.stringify(tablesIn(storage).map((table) => storage.sql.exec(`select * from ${table}`).toArray())),
  );

describe("a conversation", () => {
  it("is in the directory from its first session on, the user's id sealed", async ({ expect }) => {
    const openid = newUser();
    await writes(openid);
    await rings(openid);
    const [contact] = (await archive().directory(null, 10)).contacts;
    expect(contact).toMatchObject({
      conversation: idOf(openid),
      account: `mini-program:${APPID}`,
      tail: openid.slice(-4),
    });
    const sealer = await loadTextSealer(requireConfig(env).dataKeys);
    const opened = sealer.ok && sealer.value.open({ place: USER_PLACE, row: idOf(openid) }, contact?.user ?? "");
    expect(opened).toEqual({ ok: true, value: openid });
    expect(await stored()).not.toContain(openid);
  });

  it("is reported again when a session ends and when it is rated, and not for what is in between", async ({
    expect,
  }) => {
    const openid = newUser();
    const connect = env.ARCHIVE.getByName.bind(env.ARCHIVE);
    let calls = 0;
    vi.spyOn(env.ARCHIVE, "getByName").mockImplementation((...passed) => {
      calls += 1;
      return connect(...passed);
    });
    await writes(openid);
    await rings(openid);
    for (let n = 0; n < 3; n += 1) {
      await writes(openid);
      await rings(openid);
    }
    expect(calls).toBe(1);
    await answered(openid);
    await rings(openid);
    expect(calls).toBe(2);
  });
});

describe("a closed session", () => {
  it("is archived with its figures, and no text of it", async ({ expect }) => {
    const openid = newUser();
    await answered(openid);
    await rings(openid);
    expect(await listed()).toMatchObject([
      {
        conversation: idOf(openid),
        ...(await named(openid).then(({ session }) => ({ session }))),
        contact: { account: `mini-program:${APPID}`, tail: openid.slice(-4) },
        reason: "agent",
        assignee: "a1",
        isMissed: false,
        rating: null,
        sums: { userMessages: 1, replies: 1, legs: [{ agent: "a1", replies: 1 }] },
      },
    ]);
    expect(await stored()).not.toMatch(/13800138000|在的/);
  });

  it("contains a rating that the user gives later", async ({ expect }) => {
    const openid = newUser();
    await answered(openid);
    const { session } = await named(openid);
    const lastUserSeq = must(await remote(openid).snapshot()).session.closed?.lastUserSeq ?? 0;
    const asking = await commands(openid, {
      type: "service_text",
      purpose: "rating",
      message: text("请评价"),
      session,
      lastUserSeq,
    });
    const lease = must(asking.ok ? asking.lease : undefined);
    await remote(openid).settle(lease.seq, lease.attempt, ACCEPTED, null, { isOpen: true });
    await rings(openid);
    expect(await listed()).toMatchObject([{ rating: null }]);
    pass(1_000);
    await writes(openid, "4");
    await rings(openid);
    expect(await listed()).toMatchObject([{ session, rating: { score: 4 } }]);
  });

  it("without a reply of an agent is marked as missed", async ({ expect }) => {
    const openid = newUser();
    await writes(openid);
    pass(49 * 3_600_000);
    const { session } = must(await remote(openid).snapshot());
    const afterSeq = session.open?.lastUserSeq ?? 0;
    expect(
      await commands(openid, { type: "expire", reason: "expired", afterSeq, ...(await named(openid)) }),
    ).toMatchObject({ ok: true });
    await rings(openid);
    expect((await archive().listClosed({ limit: 10, onlyMissed: true })).sessions).toMatchObject([
      { conversation: idOf(openid), isMissed: true },
    ]);
  });

  it("is archived once the archive is back, whatever was evicted in between", async ({ expect }) => {
    const openid = newUser();
    const connect = env.ARCHIVE.getByName.bind(env.ARCHIVE);
    let isLost = false;
    const spy = vi.spyOn(env.ARCHIVE, "getByName").mockImplementation((...passed) => {
      if (!isLost) throw new Error("the archive is down");
      const stub = connect(...passed);
      const real = stub as unknown as ArchiveRpc;
      const record: ArchiveRpc["record"] = async (...call) => {
        await real.record(...call);
        throw new Error("the answer is lost");
      };
      return new Proxy(stub, { get: (target, name) => (name === "record" ? record : Reflect.get(target, name)) });
    });
    await answered(openid);
    await rings(openid);
    expect(await alarmOf(conversation(openid))).toBeLessThanOrEqual(Date.now() + 3_600_000);
    await evict(openid);
    isLost = true;
    pass(3_600_000);
    await ring(openid);
    spy.mockRestore();
    expect(await listed()).toHaveLength(1);
    await evict(openid);
    pass(3_600_000);
    await ring(openid);
    expect(await listed()).toHaveLength(1);
    pass(2 * 3_600_000);
    await ring(openid);
    expect(must(await alarmOf(conversation(openid))) - Date.now()).toBeGreaterThan(24 * 3_600_000);
  });
});
