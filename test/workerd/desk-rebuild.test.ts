/** A rebuild of the desk from the conversations of the archive's directory. */
import { beforeEach, describe, it } from "vitest";
import { toRowJson } from "../../worker/conversation/core/shown/row-json.ts";
import { rebuildPage, type RebuildSources } from "../../worker/desk/report/rebuild.ts";
import { APPID, pass, remote } from "../support/workerd.ts";
import { desk, emptyDesk, idOf, inDesk, remoteById, says, waits, writes } from "./desk-play.ts";
import { addStaff, newUser } from "./desk-staff.ts";
import { useObjects } from "./each-test.ts";

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addStaff();
});

/** Returns sources with the real conversations and a directory of these users, one on each page. */
function sourcesOf(openids: readonly string[], other: Partial<RebuildSources> = {}): RebuildSources {
  return {
    directory: (after) => {
      const at = after === null ? 0 : Number(after);
      const contacts = openids.slice(at, at + 1).map((openid) => {
        return { conversation: idOf(openid), account: `mini-program:${APPID}`, tail: openid.slice(-4) };
      });
      return Promise.resolve({ contacts, next: at + 1 < openids.length ? String(at + 1) : null });
    },
    snapshot: (conversation) => remoteById(conversation).snapshot(),
    newestRows: async (conversation) => {
      const page = await remoteById(conversation).rows(0, 500);
      return page?.rows.map((row) => toRowJson(row, conversation)) ?? [];
    },
    ...other,
  };
}

/** Rebuilds the desk page by page. @returns the results */
function rebuild(sources: RebuildSources) {
  return inDesk(async (loaded) => {
    const pages = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof rebuildPage>> = await rebuildPage(loaded, sources, cursor);
      pages.push(page);
      cursor = page.next;
    } while (cursor !== null);
    return pages.map(({ asked, failed }) => [asked, failed]);
  });
}

const queue = () => desk().list(null, { view: "queue", order: "waiting", limit: 10 });

describe("a rebuild", () => {
  it("finds the sessions that were never reported, with user and newest message", async ({ expect }) => {
    const openids = [newUser(), newUser()];
    for (const openid of openids) await says(openid, `我是${openid}`);
    expect(await rebuild(sourcesOf(openids))).toEqual([
      [1, 0],
      [1, 0],
    ]);
    const { rows } = await queue();
    expect(rows.map(({ contact, line }) => `${contact.tail} ${line?.text ?? ""}`).toSorted()).toEqual(
      openids.map((openid) => `${openid.slice(-4)} 我是${openid}`),
    );
  });

  it("changes nothing where the lists are right, and removes what has ended", async ({ expect }) => {
    const [open, closed] = [newUser(), newUser()];
    await waits(open);
    const id = await waits(closed);
    await remote(closed).erase();
    pass(2_000);
    await says(closed, "new");
    const before = await desk().session(null, idOf(open));
    await rebuild(sourcesOf([open, closed]));
    expect(await desk().session(null, idOf(open))).toEqual(before);
    expect((await desk().session(null, id))?.line?.text).toBe("new");
    await rebuild(sourcesOf([open, closed]));
    expect((await queue()).rows).toHaveLength(2);
  });

  it("counts a conversation that does not answer, and continues with the others", async ({ expect }) => {
    const openids = [newUser(), newUser()];
    for (const openid of openids) await writes(openid);
    const snapshot: RebuildSources["snapshot"] = (conversation) =>
      conversation === idOf(openids[0] ?? "")
        ? Promise.reject(new Error("not reachable"))
        : remoteById(conversation).snapshot();
    expect(await rebuild(sourcesOf(openids, { snapshot }))).toEqual([
      [1, 1],
      [1, 0],
    ]);
    expect((await queue()).rows).toHaveLength(1);
  });
});
