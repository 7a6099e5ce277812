/** The pages of an agent when one of several sign-ins ends. */
import { beforeEach, describe, it, vi } from "vitest";
import type { OpenPage } from "./desk-page-play.ts";
import { emptyDesk } from "./desk-play.ts";
import { openPage } from "./desk-routes-play.ts";
import { useWorker } from "./each-test.ts";
import { callAs, cookieIn, makeAgent, signIn, type SignedIn } from "./people-play.ts";

useWorker();
beforeEach(emptyDesk);

interface Twice {
  readonly first: SignedIn;
  readonly second: SignedIn;
  /** Two pages of the first sign-in, one of the second. */
  readonly pages: readonly [OpenPage, OpenPage, OpenPage];
}

/** An agent signed in on two computers. */
async function signedInTwice(): Promise<Twice> {
  const first = await makeAgent();
  const second = { ...first, cookie: cookieIn(await signIn(first.name)) };
  return { first, second, pages: [await openPage(first), await openPage(first), await openPage(second)] };
}

/** Waits until the pages of the first sign-in are closed; returns the close code and last frame of every page. */
async function endings({ pages }: Twice) {
  const [one, two] = pages;
  await vi.waitUntil(() => one.code !== null && two.code !== null);
  return pages.map(({ code, model }) => [code, model.bye]);
}

const SIGNED_OUT = [4001, "signed_out"];
const OPEN = [null, null];

describe("the pages of a sign-in", () => {
  it("are closed when it signs out, and those of another sign-in stay open", async ({ expect }) => {
    const agent = await signedInTwice();
    expect((await callAs(agent.first, "POST", "/api/v1/sign-out")).status).toBe(204);
    expect(await endings(agent)).toEqual([SIGNED_OUT, SIGNED_OUT, OPEN]);
    expect((await callAs(agent.second, "GET", "/api/v1/me")).status).toBe(200);
  });

  it("are closed when it is ended from another sign-in, whose pages stay open", async ({ expect }) => {
    const agent = await signedInTwice();
    const { signIns } = await (
      await callAs(agent.second, "GET", "/api/v1/me/sign-ins")
    ).json<{ readonly signIns: readonly { readonly id: string; readonly isCurrent: boolean }[] }>();
    const other = signIns.find(({ isCurrent }) => !isCurrent);
    expect((await callAs(agent.second, "DELETE", `/api/v1/me/sign-ins/${other?.id ?? ""}`)).status).toBe(204);
    expect(await endings(agent)).toEqual([SIGNED_OUT, SIGNED_OUT, OPEN]);
  });
});
