/**
 * The desk ends between any two calls of an act, and the conversation is evicted: the act takes effect once, the page
 * that repeats it gets an answer, and the lists show the state of the conversation (DESK_PROTOCOL rules 1, 4 and 8).
 * Takes are in desk-deaths.test.ts.
 */
import { beforeEach, describe, it } from "vitest";
import type { CommandInput } from "../../worker/conversation/session/rpc.ts";
import type { DeskAction } from "../../worker/desk/rpc.ts";
import { must } from "../support/conversation.ts";
import { evict, remote } from "../support/workerd.ts";
import { desk, emptyDesk, idOf, openPage, remoteById, reports, seenBy, verified, withOtherDesk } from "./desk-play.ts";
import {
  A,
  addStaff,
  C,
  closing,
  expectSame,
  newUser,
  replies,
  reservations,
  served,
  sessionOf,
} from "./desk-staff.ts";
import { useObjects } from "./each-test.ts";

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addStaff();
});

const lost = (): Promise<never> => Promise.reject(new Error("the connection broke"));
const MOMENTS = {
  "before the conversation is asked": lost,
  // The command is executed, and its answer does not arrive.
  "before the answer arrives": async (conversation: string, input: CommandInput): Promise<never> => {
    await remoteById(conversation).command(input);
    return lost();
  },
} as const;

/** The acts of the agent who serves, and the state of the session after each: status and agent. */
const ACTS: Readonly<
  Record<string, { readonly action: (openid: string) => Promise<DeskAction>; readonly after: readonly unknown[] }>
> = {
  "a transfer": {
    action: () => Promise.resolve({ type: "transfer_to_agent", target: C, note: null }),
    after: ["serving", C],
  },
  "a park": {
    action: () => Promise.resolve({ type: "park", until: Date.now() + 3_600_000 }),
    after: ["serving", A],
  },
  "a close": { action: closing, after: [undefined, undefined] },
};
const CASES = Object.keys(ACTS).flatMap((act) =>
  Object.entries(MOMENTS).map(([moment, command]) => [act, moment, command] as const),
);

describe("a desk whose process ends", () => {
  it.for(CASES)(
    "during %s, %s: it has one effect, also when the page repeats it",
    async ([name, , command], { expect }) => {
      const { action, after } = must(ACTS[name]);
      const openid = newUser();
      await served(openid);
      await desk().choosePresence(C, { state: "online", reason: null });
      const named = { ...(await seenBy(openid)), id: "act" };
      const act = { agent: A, conversation: idOf(openid), ...named, action: await action(openid) };
      const outcome = await withOtherDesk({ command }, async (other) => {
        other.openSocket("page", A);
        other.openSocket("other page", C);
        return other.act(act);
      });
      expect(outcome).toMatchObject({ ok: false, refusal: { reason: "no_answer" } });
      await evict(openid);
      await openPage(A);
      await openPage(C);
      await verified();
      await reports(openid);
      await desk().act(act);
      await expect.poll(reservations).toEqual([]);
      await evict(openid);
      const { version, open } = await sessionOf(openid);
      expect(version).toBe(named.version + 1);
      expect([open?.status, open?.status === "serving" ? open.assignee : undefined]).toEqual(after);
      await reports(openid);
      await expectSame(openid, expect);
    },
  );

  it("between the authorisation of a reply and its command changes nothing: the conversation decides", async ({
    expect,
  }) => {
    const openid = newUser();
    await served(openid);
    expect(await desk().authorizeReply(A, idOf(openid))).toMatchObject({ ok: true });
    await withOtherDesk({}, () => {});
    await evict(openid);
    await openPage(A);
    expect(await replies(A, openid)).toEqual({ ok: true });
    await evict(openid);
    expect(await replies(A, openid)).toEqual({ ok: true });
    const rows = must(await remote(openid).rows(0, 500)).rows;
    expect(rows.filter(({ kind, by }) => kind === "out" && by.type === "agent")).toHaveLength(1);
    await expectSame(openid, expect);
  });
});
