/** The doctor's finding about agents, for each answer of the worker. */
import { describe, it } from "vitest";
import { checkPeople } from "../../../scripts/doctor/check-people.ts";

const TARGET = { url: "https://kefu.test", apiKey: "key-0123456789abcdef" };
const agent = (role: string, hasPassword: boolean, isSuspended = false) => ({ role, hasPassword, isSuspended });

const DESK = { defaults: { humanService: "desk" }, overrides: {} };

const find = (
  answer: object,
  status = 200,
  target: typeof TARGET | { readonly url: string } = TARGET,
  settings: object = DESK,
) =>
  checkPeople(
    {
      fetch: ({ url }) =>
        Promise.resolve(url.endsWith("/settings") ? Response.json(settings) : Response.json(answer, { status })),
      now: () => 0,
      randomBytes: (size) => new Uint8Array(size),
    },
    target,
  );

describe("people", () => {
  it("are fine when an admin can sign in", async ({ expect }) => {
    expect(await find({ agents: [agent("admin", true), agent("agent", false)] })).toMatchObject([
      { id: "people", state: "ok", fact: "agents: 2, can sign in: 1, admins of them: 1" },
    ]);
  });

  it.for([[[]], [[agent("admin", false)]], [[agent("admin", true, true), agent("agent", true)]]])(
    "are a warning with the way to an invite when no admin can: %j",
    async ([agents], { expect }) => {
      const [finding] = await find({ agents });
      expect(finding).toMatchObject({ state: "warning" });
      expect(finding?.cure?.en).toContain("npm run setup");
    },
  );

  it("are a warning with the setting when an admin can sign in and no account has the desk", async ({ expect }) => {
    const people = { agents: [agent("admin", true)] };
    const without = { defaults: { fallback: { type: "handover" } }, overrides: {} };
    const [finding] = await find(people, 200, TARGET, without);
    expect(finding).toMatchObject({ id: "people", state: "warning" });
    expect(finding?.cure?.en).toContain("humanService: desk");
    const one = { ...without, overrides: { "mini-program:wx0123456789abcdef": { humanService: "desk" } } };
    expect(await find(people, 200, TARGET, one)).toMatchObject([{ state: "ok" }]);
  });

  it("are not checked without a key, a desk or an answer", async ({ expect }) => {
    expect(await find({ agents: [] }, 200, { url: TARGET.url })).toEqual([]);
    expect(await find({ code: "desk_off" }, 503)).toEqual([]);
    expect(await find({ code: "route_not_found" }, 404)).toEqual([]);
  });
});
