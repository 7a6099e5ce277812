/**
 * Sessions in real objects: races of commands and messages, evictions between any two steps, erasure, and a complete
 * session.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, it, vi } from "vitest";
import * as context from "../../shared/app-context.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { findConfigOf, requireConfig } from "../../worker/config/config.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { LEASE_MS } from "../../worker/conversation/core/outbox/outbox.ts";
import type { CommandAction } from "../../worker/conversation/core/session/apply.ts";
import { readReceived } from "../../worker/conversation/rpc.ts";
import type { CommandAnswer } from "../../worker/conversation/session/rpc.ts";
import * as handlers from "../../worker/custom/handlers.ts";
import { createServices, type RequestServices } from "../../worker/inbox/services.ts";
import { commandSession } from "../../worker/inbox/session/session-command.ts";
import { CHANNELS } from "../../worker/open-channel.ts";
import { must } from "../support/conversation.ts";
import { ACCEPTED } from "../support/delivery.ts";
import { message, reply, text } from "../support/direct.ts";
import {
  addressOf,
  APPID,
  conversation,
  evict,
  kindsOf,
  OTHER_APPID,
  pass,
  readTexts,
  remote,
  ring,
  waitForRow,
} from "../support/workerd.ts";
import { call, erase, useSilentSettings } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

const RACES = 250;
const desk = { isOpen: true };

useWorker({ clock: "hour ahead" });

// The desk is not reachable, so that only the conversation acts.
beforeEach(() => {
  vi.spyOn(env.DESK, "getByName").mockImplementation(() => {
    throw new Error("the desk is not reachable");
  });
});

// A message that is being sent is reported up to a second later: after that no timer runs when the file ends.
afterAll(() => scheduler.wait(1_100));

let commands = 0;
let users = 0;
const newUser = (): string => {
  users += 1;
  return `oSession${users}`;
};

/** Makes the user write to the desk. */
async function says(openid: string, candidates: readonly Candidate[] = []) {
  const inbound = message();
  const key = `m:session-${"id" in inbound ? inbound.id : ""}`;
  const push = {
    key,
    event: inbound,
    classification: classify(inbound),
    candidates,
    consumers: [],
    settingsVersion: 1,
    desk,
  };
  return readReceived(await remote(openid).receive(addressOf(openid), push, `push ${key}`));
}

async function commandsTo(openid: string, action: CommandAction, id?: string, log?: string): Promise<CommandAnswer> {
  commands += 1;
  const holder = `desk ${commands}`;
  const name = id ?? `command-${commands}`;
  const named = log ?? must(await remote(openid).snapshot(), "log").log;
  return remote(openid).command({ id: name, log: named, action, desk }, holder);
}

/** Returns the session and version that a command on the user's session must name. */
async function nameSession(openid: string) {
  const { session } = must(await remote(openid).snapshot(), "snapshot");
  return { session: session.open?.seq ?? session.closed?.seq ?? 0, version: session.version };
}

const replies = (agent: string, content = "在的"): CommandAction => {
  return { type: "reply", agent, message: text(content), request: content, hold: false };
};
const assigneeOf = async (openid: string) => {
  const open = (await remote(openid).snapshot())?.session.open;
  return open?.status === "serving" ? open.assignee : undefined;
};

describe("of two simultaneous commands", () => {
  it(`two takes: one succeeds, and the other gets the agent's name, ${RACES} times`, async ({ expect }) => {
    const openid = newUser();
    await says(openid);
    const { log } = must(await remote(openid).snapshot());
    const { session, ...first } = await nameSession(openid);
    for (let version = first.version; version < first.version + 2 * RACES; version += 2) {
      const agents = version % 4 < 2 ? ["a", "b"] : ["b", "a"];
      const takes = agents.map((agent): CommandAction => ({ type: "take", agent, session, version }));
      const answers = await Promise.all(takes.map((take) => commandsTo(openid, take, undefined, log)));
      const won = answers.filter(({ ok }) => ok);
      expect(won).toHaveLength(1);
      const { open } = must(won[0]?.snapshot).session;
      expect(answers.find(({ ok }) => !ok)).toMatchObject({
        refusal: { reason: "version_mismatch", version: version + 1 },
        snapshot: { session: { open } },
      });
      const back = { type: "return", reason: "reassigned", isOffline: false, session, version: version + 1 } as const;
      expect((await commandsTo(openid, back, undefined, log)).ok).toBe(true);
    }
  });

  it("a take and another agent's reply: the reply is sent only if its agent got the session", async ({ expect }) => {
    for (let n = 0; n < 40; n += 1) {
      const openid = newUser();
      await says(openid);
      const named = await nameSession(openid);
      const both = [
        () => commandsTo(openid, { type: "take", agent: "a", ...named }),
        () => commandsTo(openid, replies("b")),
      ];
      const [first, second] = await Promise.all((n % 2 === 0 ? both : both.toReversed()).map((run) => run()));
      const [took, replied] = n % 2 === 0 ? [first, second] : [second, first];
      const winner = await assigneeOf(openid);
      expect([took?.ok, replied?.ok]).toEqual(winner === "a" ? [true, false] : [false, true]);
      expect((await kindsOf(openid)).includes("out")).toBe(winner === "b");
    }
  });

  it("a close and the user's message: the user is never left in a closed session", async ({ expect }) => {
    for (let n = 0; n < 40; n += 1) {
      const openid = newUser();
      await says(openid);
      await commandsTo(openid, { type: "take", agent: "a", ...(await nameSession(openid)) });
      const { to: seenSeq } = must(await remote(openid).snapshot());
      const close: CommandAction = { type: "close", reason: "agent", seenSeq, ...(await nameSession(openid)) };
      const both = [() => commandsTo(openid, close).then(({ ok }) => ok), () => says(openid).then(() => undefined)];
      const [first, second] = await Promise.all((n % 2 === 0 ? both : both.toReversed()).map((run) => run()));
      const isClosed = n % 2 === 0 ? first : second;
      const session = (await remote(openid).snapshot())?.session;
      expect(session?.open).toMatchObject(isClosed === true ? { status: "queued" } : { status: "serving", unread: 2 });
    }
  });

  it("the same command twice at once: it has one effect", async ({ expect }) => {
    for (let n = 0; n < 20; n += 1) {
      const openid = newUser();
      await says(openid);
      const answers = await Promise.all([1, 2].map(() => commandsTo(openid, replies("a"), "same")));
      expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
      expect(answers.filter((answer) => answer.ok && answer.lease !== undefined)).toHaveLength(1);
      expect((await kindsOf(openid)).filter((kind) => kind === "out")).toHaveLength(1);
    }
  });
});

describe("a conversation with sessions", () => {
  it("is the same after an eviction between any two steps", async ({ expect }) => {
    const openid = newUser();
    const wake = () => evict(openid);
    const { lease } = await says(openid, [reply("一", "二")]);
    await wake();
    await commandsTo(openid, { type: "take", agent: "a", ...(await nameSession(openid)) });
    await wake();
    expect(await remote(openid).settle(lease?.seq ?? 0, 1, ACCEPTED, "x", desk)).toBeNull();
    await wake();
    const answer = await commandsTo(openid, replies("a"), "reply");
    await wake();
    expect(await commandsTo(openid, replies("a"), "reply")).toMatchObject({ ok: true });
    await wake();
    const sent = must(answer.ok ? answer.lease : undefined, "lease");
    await remote(openid).settle(sent.seq, 1, ACCEPTED, null, desk);
    await wake();
    expect(
      await remote(openid).seen({
        log: must(await remote(openid).head()).log,
        ...(await nameSession(openid)),
        seq: sent.seq,
      }),
    ).toMatchObject({
      session: { open: { unread: 0, waitingSince: null, assignee: "a" } },
    });
    await wake();
    expect((await kindsOf(openid)).join(" ")).toBe("in out out session session blocked sent out sent");
    // What the agent has seen is stored by the desk, and by the conversation with its next record.
    expect((await remote(openid).snapshot())?.session.open).toMatchObject({ unread: 1, status: "serving" });
  });

  it("records by its alarm a reply whose sender has ended, and a failed message of automation", async ({ expect }) => {
    const openid = newUser();
    await says(openid, [reply("一")]);
    pass(LEASE_MS);
    await ring(openid);
    expect((await remote(openid).snapshot())?.session.open).toMatchObject({ status: "bot" });
    const other = newUser();
    await says(other);
    await commandsTo(other, replies("a"));
    await evict(other);
    pass(LEASE_MS);
    await ring(other);
    expect((await kindsOf(other)).join(" ")).toBe("in session session out unconfirmed");
    expect((await remote(other).snapshot())?.session.open).toMatchObject({ waitingSince: null, sums: { replies: 1 } });
  });

  it("refuses a command for an erased log as gone, also when the user has written again", async ({ expect }) => {
    const openid = newUser();
    await says(openid);
    const { log } = must(await remote(openid).snapshot());
    await remote(openid).erase();
    expect(await commandsTo(openid, replies("a"), undefined, log)).toEqual({ ok: false, refusal: { reason: "gone" } });
    expect(await remote(openid).snapshot()).toBeNull();
    pass(2_000);
    await says(openid);
    expect(await commandsTo(openid, replies("a"), undefined, log)).toEqual({ ok: false, refusal: { reason: "gone" } });
    expect(await kindsOf(openid)).toEqual(["in", "session"]);
  });

  it("is never created by a command or a read", async ({ expect }) => {
    const openid = newUser();
    expect(await commandsTo(openid, replies("a"), undefined, "abc-00000000")).toMatchObject({
      refusal: { reason: "gone" },
    });
    expect(await remote(openid).snapshot()).toBeNull();
    const entries = await runInDurableObject(conversation(openid), (_, { storage }) => [...storage.kv.list()].length);
    expect(entries).toBe(0);
  });
});

describe("with the desk in the settings", () => {
  const waiting: Promise<unknown>[] = [];
  function servicesOf(): RequestServices {
    const config = requireConfig(env);
    const app = must(findConfigOf(config, addressOf("o")), "app");
    const services = createServices(env, config, app, (work) => void waiting.push(work), CHANNELS);
    return { ...services, requestId: "test", env, kv: env.KV, team: { handlers, context } };
  }

  it("a user waits for an agent, whose reply reaches the phone; the platform's agents get nothing", async ({
    expect,
  }) => {
    await useSilentSettings({ fallback: { type: "handover" }, humanService: "desk" });
    const openid = newUser();
    const pushed = await wechat.text(openid, "人工", { appid: APPID });
    expect(JSON.stringify(pushed)).not.toContain("transfer_customer_service");
    await waitForRow(openid, "session");
    const { log, session } = must(await remote(openid).snapshot());
    expect(session.open).toMatchObject({ status: "queued", isOffline: false });
    const answer = await commandSession(servicesOf(), addressOf(openid), {
      id: "1",
      log,
      action: replies("a", "您好，我是小王"),
    });
    expect(answer).toMatchObject({ ok: true, message: { status: "sending" } });
    await Promise.all(waiting);
    expect(await readTexts(wechat, openid)).toEqual(["您好，我是小王"]);
    expect((await remote(openid).snapshot())?.session.open).toMatchObject({ assignee: "a", waitingSince: null });
    const page = await call("GET", `/api/v1/conversations/${openid}/messages`);
    const { rows }: { rows: readonly { kind: string; facts: unknown }[] } = await page.json();
    expect(rows.map(({ kind }) => kind)).toEqual(["in", "session", "session", "out", "sent"]);
    expect(rows[2]?.facts).toMatchObject({ action: "assigned", assignee: "a", status: "serving" });
  });

  it("a user whom automation answers stays with automation", async ({ expect }) => {
    const hours = { mon: [{ from: "00:00", to: "24:00" }] };
    await useSilentSettings({ fallback: { type: "reply", messages: [text("自动")] }, humanService: "desk", hours });
    const openid = newUser();
    await wechat.text(openid, "你好", { appid: APPID });
    await waitForRow(openid, "sent");
    await vi.waitUntil(async () => (await remote(openid).snapshot())?.session.open?.waitingSince === null);
    expect((await remote(openid).snapshot())?.session.open).toMatchObject({
      status: "bot",
      sums: { automaticReplies: 1 },
    });
  });

  it("one account has the desk, the other one the platform's agents", async ({ expect }) => {
    const overrides = { [`mini-program:${OTHER_APPID}`]: { humanService: "desk" } };
    const json = { defaults: { fallback: { type: "handover" } }, overrides };
    expect((await call("PUT", "/api/v1/settings", { json, headers: { "if-match": "*" } })).ok).toBe(true);
    const openid = newUser();
    await wechat.text(openid, "人工", { appid: APPID });
    await wechat.text(openid, "人工", { appid: OTHER_APPID });
    expect(await kindsOf(openid)).toEqual(["in"]);
    expect((await remote(openid).snapshot())?.session).toEqual({ version: 0, open: null, closed: null });
    expect(await kindsOf(openid, OTHER_APPID)).toEqual(["in", "session"]);
  });

  it("is erased with the user", async ({ expect }) => {
    const openid = newUser();
    await says(openid);
    await commandsTo(openid, { type: "note", text: "备注" });
    await erase(openid);
    expect(await remote(openid).snapshot()).toBeNull();
  });
});
