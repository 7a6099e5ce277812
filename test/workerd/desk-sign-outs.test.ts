/** The pages of an agent when one of several sign-ins ends. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { must } from "../support/conversation.ts";
import { PageModel } from "../support/desk-page.ts";
import { OpenPage } from "./desk-page-play.ts";
import { emptyDesk } from "./desk-play.ts";
import { openPage } from "./desk-routes-play.ts";
import { useWorker } from "./each-test.ts";
import { auditOf, callAs, cookieIn, makeAgent, PASSWORD, post, signIn, type SignedIn } from "./people-play.ts";

useWorker();
beforeEach(emptyDesk);

interface Twice {
  readonly first: SignedIn;
  readonly second: SignedIn;
  /** Two pages of the first sign-in, one of the second. */
  readonly pages: readonly [OpenPage, OpenPage, OpenPage];
}

/** Adds an agent who is signed in on two computers, with two pages on the first and one on the second. */
async function signedInTwice(): Promise<Twice> {
  const first = await makeAgent();
  const second = { ...first, cookie: cookieIn(await signIn(first.name)) };
  return { first, second, pages: [await openPage(first), await openPage(first), await openPage(second)] };
}

/**
 * Waits until the pages of the first sign-in are closed; returns the close code and the `bye` reason of every
 * page, both null while a page is open.
 */
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

  it("are closed when another agent signs in with the same browser: they would act as that agent", async ({
    expect,
  }) => {
    const [first, other] = [await makeAgent(), await makeAgent()];
    const page = await openPage(first);
    const options = { headers: { cookie: first.cookie } };
    const response = await post("/api/v1/sign-in", { name: other.name, password: PASSWORD }, options);
    expect([response.status, cookieIn(response)]).toEqual([200, expect.stringContaining(other.id)]);
    await vi.waitUntil(() => page.code !== null);
    expect([page.code, page.model.bye]).toEqual(SIGNED_OUT);
    expect((await callAs(first, "GET", "/api/v1/me")).status).toBe(401);
    await vi.waitUntil(async () => (await auditOf(first.id)).some(({ action }) => action === "sign-in.end"));
  });

  it("are closed when it ends while one of them connects", async ({ expect }) => {
    const agent = await makeAgent();
    // The socket reaches the desk only after the sign-in has ended and its pages were closed.
    const DESK = {
      getByName: (...named: Parameters<typeof env.DESK.getByName>) => {
        const stub = env.DESK.getByName(...named);
        const fetch = async (...sent: Parameters<typeof stub.fetch>) => {
          await callAs(agent, "DELETE", "/api/v1/me/sign-ins");
          return stub.fetch(...sent);
        };
        return new Proxy(stub, {
          get: (target, name) => (name === "fetch" ? fetch : Reflect.get(target, name, target)),
        });
      },
    };
    const options = { headers: { upgrade: "websocket" }, vars: { DESK } };
    const { webSocket } = await callAs(agent, "GET", "/api/v1/desk/socket", options);
    const model = new PageModel("page-that-connected-late", []);
    const page = new OpenPage(must(webSocket, "socket"), model);
    await vi.waitUntil(() => page.code !== null);
    expect([page.code, model.bye]).toEqual(SIGNED_OUT);
  });
});
