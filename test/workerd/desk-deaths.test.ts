/** The desk is restarted between two steps: its state is the same before and after, and no pending question is lost. */
import { Buffer } from "node:buffer";
import { beforeEach, describe, it } from "vitest";
import type { CommandInput } from "../../worker/conversation/session/rpc.ts";
import { DEFAULT_DESK } from "../../worker/desk/settings.ts";
import { loadTextSealer } from "../../worker/platform/sealed-text.ts";
import { must } from "../support/conversation.ts";
import { APPID, pass, readTexts, remote, ring } from "../support/workerd.ts";
import {
  acting,
  desk,
  emptyDesk,
  evictDesk,
  idOf,
  inDesk,
  openPage,
  remoteById,
  reports,
  ringDesk,
  says,
  seenBy,
  verified,
  waits,
  withOtherDesk,
} from "./desk-play.ts";
import {
  A,
  addStaff,
  assigneeOf,
  B,
  C,
  closing,
  expectSame,
  newUser,
  reservations,
  served,
  sessionOf,
} from "./desk-staff.ts";
import { lines, useObjects, wechat } from "./each-test.ts";

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addStaff();
});

describe("a desk whose process ends", () => {
  const lost = (): Promise<never> => Promise.reject(new Error("the connection broke"));
  /** Executes the desk's call, but loses its answer. */
  const unanswered = async (conversation: string, input: CommandInput): Promise<never> => {
    await remoteById(conversation).command(input);
    return lost();
  };

  it.for([
    ["before the conversation is asked", lost],
    ["before the answer arrives", unanswered],
  ] as const)("%s repeats the command with the same id: the session is taken once", async ([, command], { expect }) => {
    const openid = newUser();
    await waits(openid);
    const named = { ...(await seenBy(openid)), id: "take" };
    const act = { agent: A, conversation: idOf(openid), ...named, action: { type: "take" } } as const;
    const outcome = await withOtherDesk({ command }, async (other) => {
      other.openSocket("page", A);
      const refused = await other.act(act);
      // Every agent's grace has begun, so that constructing the desk again changes nothing else.
      other.closeSocket("page");
      return refused;
    });
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: "no_answer" } });
    // After it is constructed again, it repeats the stored calls.
    await verified();
    await expect.poll(reservations).toEqual([]);
    expect(await assigneeOf(openid)).toBe(A);
    expect((await sessionOf(openid)).version).toBe(named.version + 1);
    await expectSame(openid, expect);
    await openPage(A);
    expect(await desk().act(act)).toMatchObject({ ok: true });
  });

  it("between any two steps shows the state of the conversations afterwards, with order, drafts and texts as before", async ({
    expect,
  }) => {
    const [first, second] = [newUser(), newUser()];
    const state = async () => {
      const { rows, counts } = await desk().list(null, { view: "all", order: "waiting", limit: 10 });
      return { rows, counts, draft: await desk().findDraft(A, idOf(first)) };
    };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => waits(first, "一"),
      () => waits(second, "二"),
      async () => desk().saveDraft(A, idOf(first), (await seenBy(first)).log, { text: "草稿", mode: "reply" }),
      () => acting(A, first, { type: "take" }),
      () => says(first, "三"),
      () => reports(first),
      () => acting(A, second, { type: "take" }),
      () => acting(A, second, { type: "park", until: Date.now() + 3_600_000 }),
      async () => acting(A, second, await closing(second)),
    ];
    for (const step of steps) {
      pass(1_000);
      await step();
      await verified();
      const before = await state();
      await evictDesk();
      await openPage(A);
      expect(await state()).toEqual(before);
      for (const openid of [first, second]) if ((await remote(openid).snapshot()) !== null) await reports(openid);
    }
    expect((await state()).rows).toMatchObject([{ session: { assignee: A, unread: 2 }, line: { text: "三" } }]);
  });

  it("with the note of a transfer under way stores no plain text, and the next agent gets the note", async ({
    expect,
  }) => {
    const openid = newUser();
    await served(openid);
    await desk().choosePresence(C, { state: "online", reason: null });
    const named = { ...(await seenBy(openid)), id: "transfer" };
    const action = { type: "transfer_to_agent", target: C, note: "canary-of-a-note" } as const;
    await withOtherDesk({ command: lost }, async (other) => {
      other.openSocket("page", A);
      other.openSocket("other page", C);
      await other.act({ agent: A, conversation: idOf(openid), ...named, action });
    });
    const stored = await inDesk((_, { sql }) => JSON.stringify([...sql.exec("select * from state")]));
    expect(stored).not.toContain("canary");
    await expect.poll(() => assigneeOf(openid)).toBe(C);
    expect(must(await remote(openid).rows(0, 500)).rows.at(-1)?.content).toEqual({ text: "canary-of-a-note" });
  });

  it("with a note that can no longer be opened, because DATA_KEY was replaced, tells the next agent so", async ({
    expect,
  }) => {
    const openid = newUser();
    await served(openid);
    await desk().choosePresence(C, { state: "online", reason: null });
    const named = { ...(await seenBy(openid)), id: "transfer" };
    const action = { type: "transfer_to_agent", target: C, note: "canary-of-a-note" } as const;
    const sealer = await loadTextSealer([Buffer.alloc(32, 9).toString("base64")]);
    await withOtherDesk({ command: lost, sealer: sealer.ok ? sealer.value : undefined }, async (other) => {
      other.openSocket("page", A);
      other.openSocket("other page", C);
      await other.act({ agent: A, conversation: idOf(openid), ...named, action });
    });
    await expect.poll(() => assigneeOf(openid)).toBe(C);
    const { content } = must(must(await remote(openid).rows(0, 500)).rows.at(-1));
    expect(content).toEqual({ text: expect.stringContaining("can no longer be read") });
    expect(lines().map(({ event }) => event)).toContain("desk_note_unreadable");
  });
});

describe("time", () => {
  const MINUTE = 60_000;

  it("returns the sessions of an agent who went offline, and another agent gets them", async ({ expect }) => {
    await desk().choosePresence(A, { state: "online", reason: null });
    await desk().choosePresence(B, { state: "busy", reason: null });
    const openid = newUser();
    await waits(openid);
    await expect.poll(() => assigneeOf(openid)).toBe(A);
    await inDesk(({ closeSocket }) => closeSocket(`page of ${A}`));
    pass(3 * MINUTE);
    await inDesk(({ openSocket }) => openSocket("page of b", B));
    await ringDesk();
    await expect.poll(async () => (await sessionOf(openid)).open?.status).toBe("queued");
    await desk().choosePresence(B, { state: "online", reason: null });
    await expect.poll(() => assigneeOf(openid)).toBe(B);
    const kinds = must(await remote(openid).rows(0, 500)).rows.map(({ facts }) =>
      "reason" in facts ? facts.reason : "",
    );
    expect(kinds).toContain("agent_gone");
    await expectSame(openid, expect);
  });

  it("expires a session whose window is over, and not before", async ({ expect }) => {
    const openid = newUser();
    await waits(openid);
    pass((48 * 60 - 1) * MINUTE);
    await ringDesk();
    await verified();
    expect((await sessionOf(openid)).open).toMatchObject({ status: "queued" });
    pass(MINUTE);
    await ringDesk();
    await expect.poll(async () => (await sessionOf(openid)).closed).toMatchObject({ reason: "expired" });
    expect(await desk().session(null, idOf(openid))).toBeNull();
  });

  it("causes one message to the user that no agent is online; the conversation's alarm sends it", async ({
    expect,
  }) => {
    await emptyDesk();
    const openid = newUser();
    await wechat.text(openid, "x", { appid: APPID });
    await waits(openid);
    const away = async () =>
      must(await remote(openid).rows(0, 500)).rows.filter(
        ({ kind, facts }) => kind === "out" && "purpose" in facts && facts.purpose === "away",
      );
    await expect.poll(away).toHaveLength(1);
    expect(await readTexts(wechat, openid)).toEqual([]);
    await ring(openid);
    await expect.poll(() => readTexts(wechat, openid)).toEqual([DEFAULT_DESK.texts.away]);
    await waits(openid);
    await evictDesk();
    await ringDesk();
    await verified();
    expect(await away()).toHaveLength(1);
  });
});
