/**
 * The page's own code with the real desk over sockets that are cut: while nothing happens, while users write and
 * colleagues act, with frames on their way, with the desk evicted. Afterwards the page shows what the server has, after
 * at most one frame with lists (docs/reference/promises.md, promise 9).
 */
import { beforeEach, describe, inject, it, type ExpectStatic } from "vitest";
import { STANDING_VIEWS } from "../../console/model/lists.ts";
import { toRowJson } from "../../worker/conversation/core/shown/row-json.ts";
import { must } from "../support/conversation.ts";
import { createLivingPage, type LivingPage } from "../support/living-page.ts";
import { seeded } from "../support/seeded.ts";
import { remote } from "../support/workerd.ts";
import { createCutNetwork } from "./cut-network.ts";
import { acting, addAgent, desk, emptyDesk, evictDesk, idOf, says, verified, waits } from "./desk-play.ts";
import { addStaff, B, closing, newUser, S } from "./desk-staff.ts";
import { useObjects } from "./each-test.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** How often the socket of a page is cut. */
    readonly cuts: number;
  }
}

/** `npm run test:long -- --desk` cuts more often than `npm test`. */
const CUTS = inject("cuts");
const SEED = 20_261_130;
const PAGED = "a000000000cut";
const USERS = 4;
const VIEWS = [...STANDING_VIEWS, "all"] as const;

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addStaff();
  await addAgent(PAGED, { role: "supervisor", page: false });
});

/** Returns all rows of a conversation as the API shows them, and the log's id. */
async function allRows(openid: string) {
  const rows = [];
  let log = "";
  for (let after = 0; ;) {
    const page = must(await remote(openid).rows(after, 500), "rows");
    log = page.log;
    rows.push(...page.rows);
    const last = page.rows.at(-1)?.seq;
    if (last === undefined) return { log, rows: rows.map((row) => toRowJson(row, idOf(openid))) };
    after = last;
  }
}

/** Returns a function that reads rows of the log as the route would. */
const readerOf = (openids: readonly string[]): Parameters<typeof createLivingPage>[0]["readLog"] =>
  async function readLog(conversation, at, limit) {
    const { log, rows } = await allRows(
      must(
        openids.find((openid) => idOf(openid) === conversation),
        "user",
      ),
    );
    const page = "after" in at ? rows.filter(({ seq }) => seq > at.after).slice(0, limit) : rows.slice(-limit);
    return { log, rows: page, next: page.at(-1)?.seq ?? ("after" in at ? at.after : 0) };
  };

/** Returns what the page shows, and what the server has: the lists and the open conversation. */
async function compare(page: LivingPage, openid: string) {
  const { rows, counts, open } = page.state();
  const shown: Record<string, unknown> = { log: open?.rows.map(({ seq }) => seq) };
  const real: Record<string, unknown> = { log: (await allRows(openid)).rows.map(({ seq }) => seq) };
  for (const view of VIEWS) {
    const list = await desk().list(PAGED, { view, order: "newest", limit: 100 });
    const byId = (one: { readonly conversation: string }, other: { readonly conversation: string }) =>
      one.conversation < other.conversation ? -1 : 1;
    shown[view] = [
      [...rows.values()]
        .filter(({ views }) => views.includes(view))
        .map(({ views: _views, ...row }) => row)
        .toSorted(byId),
      counts[view],
    ];
    real[view] = [list.rows.toSorted(byId), list.counts[view]];
  }
  return { shown, real };
}

/** Waits until the page is connected and shows what the server has. */
async function expectSame(page: LivingPage, openid: string, expect: ExpectStatic) {
  await expect.poll(page.link).toBe("live");
  await expect
    .poll(async () => {
      const { shown, real } = await compare(page, openid);
      return JSON.stringify(shown) === JSON.stringify(real);
    })
    .toBe(true)
    // Fails with the difference when the page does not show what the server has.
    .catch(async () => {
      const { shown, real } = await compare(page, openid);
      expect(shown).toEqual(real);
    });
}

const listsIn = (page: LivingPage) =>
  page.messages().flatMap((frames, message) => {
    const lists = frames.filter(({ type }) => type === "views" || type === "delta");
    return lists.map(({ type }) => ({
      type,
      isWithWelcome: frames.some((frame) => frame.type === "welcome"),
      message,
    }));
  });

describe("a page whose socket is cut", () => {
  it(
    `shows what the server has, nothing lost and nothing twice, ${CUTS} times`,
    { timeout: 60_000 + CUTS * 2_000 },
    async ({ expect }) => {
      const random = seeded(SEED);
      const openids = Array.from({ length: USERS }, newUser);
      const first = must(openids[0], "user");
      for (const openid of openids) await waits(openid, "在吗");
      const network = createCutNetwork(PAGED);
      const { openSocket } = network;
      const page = createLivingPage({
        page: "page-0123456789abcdef",
        views: VIEWS,
        openSocket,
        readLog: readerOf(openids),
      });
      page.start();
      page.open(idOf(first));
      await expectSame(page, first, expect);

      let texts = 0;
      /** Lets a user or an agent act; the test does not depend on whether the action is accepted. */
      const act = async (): Promise<void> => {
        const openid = random.pick([first, ...openids]);
        texts += 1;
        const kind = random.int(0, 5);
        if (kind === 0) await acting(random.pick([B, S]), openid, { type: "take" });
        else if (kind === 1) await acting(random.pick([B, S]), openid, await closing(openid));
        else if (kind === 2) await acting(PAGED, openid, { type: "take" });
        else await says(openid, `第 ${texts} 条`);
      };
      const acts = async (): Promise<void> => {
        for (let count = random.int(0, 4); count > 0; count -= 1) await act();
      };

      for (let cut = 0; cut < CUTS; cut += 1) {
        const kind = (["quiet", "lost", "together", "evicted"] as const)[cut % 4];
        const isNoticed = random.chance(0.5);
        if (kind === "quiet") network.cut(isNoticed);
        // What the desk sends to the page from here on is lost, until the page notices.
        const acting = acts();
        if (kind === "lost" || kind === "together") network.cut(isNoticed);
        if (kind !== "together") await acting;
        if (kind === "evicted") {
          network.cut(isNoticed);
          await evictDesk();
          await verified();
        }
        network.mend();
        await acting;
        await expectSame(page, first, expect);
        if (kind !== "quiet" && kind !== "lost") continue;
        // One frame after the welcome contains every missed change; the desk continues from the version that the page
        // has.
        const lists = listsIn(page);
        expect(lists.length).toBeLessThanOrEqual(1);
        for (const list of lists) expect(list).toMatchObject({ type: "delta", isWithWelcome: true });
      }

      const said = (await allRows(first)).rows.flatMap((row) =>
        row.kind === "in" && "content" in row.content ? [row.content.content] : [],
      );
      const shown = (page.state().open?.rows ?? []).flatMap((row) =>
        row.kind === "in" && "content" in row.content ? [row.content.content] : [],
      );
      expect(shown).toEqual(said);
      expect(new Set(shown).size).toBe(shown.length);
      page.stop();
    },
  );
});
