/**
 * Two agents act on the same session at once, with real conversations: one succeeds, and the other gets the name of the
 * one who succeeded.
 */
import { beforeEach, describe, inject, it } from "vitest";
import type { ActOutcome } from "../../worker/desk/rpc.ts";
import { must } from "../support/conversation.ts";
import { evict, remote } from "../support/workerd.ts";
import { acting, desk, emptyDesk, evictDesk, openPage, reports, seenBy, verified, waits } from "./desk-play.ts";
import {
  A,
  addStaff,
  assigneeOf,
  B,
  C,
  closing,
  expectSame,
  newUser,
  replies,
  reservations,
  S,
  served,
  sessionOf,
} from "./desk-staff.ts";
import { useObjects } from "./each-test.ts";

/** `npm run test:long -- --desk` has more races than `npm test`. */
const PAIRS = inject("pairsOfTakes");
/** How often each pair of other acts is tried, once in `npm test`; before every second time the objects are evicted. */
const MEETINGS = Math.max(1, Math.floor(PAIRS / 50));

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addStaff();
});

describe("of two simultaneous agents", () => {
  /** Connects the agents' pages again: they send no pings, so on a slow machine the desk would count them as gone. */
  const openPages = async () => {
    for (const agent of [A, B, C, S]) await openPage(agent);
  };

  const ACTS: Readonly<Record<string, (openid: string) => Promise<(named: object) => Promise<ActOutcome>>>> = {
    "the supervisor's take": async (openid) => (named) => acting(S, openid, { type: "take" }, named),
    "a transfer": async (openid) => (named) =>
      acting(A, openid, { type: "transfer_to_agent", target: C, note: null }, named),
    "a close": async (openid) => {
      const action = await closing(openid);
      return (named) => acting(A, openid, action, named);
    },
  };
  const names = Object.keys(ACTS);
  const LONG = { timeout: 30_000 + MEETINGS * 2_000 };
  const PAIRED = names.flatMap((one) => names.filter((other) => other !== one).map((other) => [one, other] as const));

  /** Removes both objects from memory; the pages of the agents connect again. */
  const evictBoth = async (openid: string) => {
    await evict(openid);
    await evictDesk();
    await openPages();
    await verified();
  };

  it.for(PAIRED)("%s and %s: one succeeds, and the desk shows the outcome", LONG, async ([one, other], { expect }) => {
    for (let meeting = 0; meeting < MEETINGS; meeting += 1) {
      await openPages();
      await desk().choosePresence(C, { state: "away", reason: null });
      const openid = newUser();
      await served(openid);
      await desk().choosePresence(C, { state: "online", reason: null });
      const named = await seenBy(openid);
      const acts = [await must(ACTS[one])(openid), await must(ACTS[other])(openid)];
      if (meeting % 2 === 1) await evictBoth(openid);
      const outcomes = await Promise.all(acts.map((act) => act(named)));
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      const winner = await assigneeOf(openid);
      const refused = outcomes.find((outcome) => !outcome.ok);
      expect(refused).toMatchObject({
        refusal: winner === null ? { reason: "session_over" } : { reason: "taken", assignee: winner },
      });
      expect((await sessionOf(openid)).version).toBe(named.version + 1);
      await expectSame(openid, expect);
    }
  });

  it.for(names)("%s and the agent's reply: a reply after a take-over is refused", LONG, async (name, { expect }) => {
    for (let meeting = 0; meeting < 2 * MEETINGS; meeting += 1) {
      const isReplyFirst = meeting % 2 === 1;
      await openPages();
      await desk().choosePresence(C, { state: "away", reason: null });
      const openid = newUser();
      await served(openid);
      await desk().choosePresence(C, { state: "online", reason: null });
      const act = await must(ACTS[name])(openid);
      if (meeting % 4 > 1) await evictBoth(openid);
      const named = await seenBy(openid);
      const both = [() => act(named), () => replies(A, openid)] as const;
      const [first, second] = await Promise.all((isReplyFirst ? both.toReversed() : both).map((run) => run()));
      const replied = isReplyFirst ? first : second;
      const rows = must(await remote(openid).rows(0, 500)).rows;
      const isWritten = rows.some(({ kind, by }) => kind === "out" && by.type === "agent");
      const lost = rows.findIndex(
        ({ kind, facts }) => kind === "session" && "assignee" in facts && facts.assignee !== A,
      );
      const written = rows.findIndex(({ kind }) => kind === "out");
      expect(isWritten).toBe(must(replied).ok);
      if (lost >= 0 && written >= 0) expect(written).toBeLessThan(lost);
      await reports(openid);
      await expectSame(openid, expect);
    }
  });

  it(
    `who take the same session, one gets it and the other gets that agent's name, ${PAIRS} times`,
    { timeout: 30_000 + PAIRS * 1_000 },
    async ({ expect }) => {
      const openid = newUser();
      await waits(openid);
      for (let pair = 0; pair < PAIRS; pair += 1) {
        await openPages();
        const named = await seenBy(openid);
        const agents = pair % 2 === 0 ? [A, B] : [B, A];
        const outcomes = await Promise.all(agents.map((agent) => acting(agent, openid, { type: "take" }, named)));
        const winner = must(await assigneeOf(openid), "winner");
        const name = `客服${winner.slice(-2)}`;
        expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
        expect(outcomes[agents.indexOf(winner)]).toMatchObject({ ok: true, row: { session: { assignee: winner } } });
        expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ refusal: { reason: "taken", assignee: winner, name } });
        expect((await sessionOf(openid)).version).toBe(named.version + 1);
        expect(await reservations()).toEqual([]);
        const { log, session, version } = await seenBy(openid);
        const back = { type: "return", reason: "reassigned", isOffline: false, session, version } as const;
        await remote(openid).command({ id: `back-${pair}`, log, action: back });
        await reports(openid);
      }
    },
  );
});
