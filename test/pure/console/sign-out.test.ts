/** Signing out: when the agent counts as signed out, and the texts are removed. */
import { describe, it } from "vitest";
import { ApiProblem } from "../../../console/client/api.ts";
import type { LinkState } from "../../../console/client/link.ts";
import { signOut } from "../../../console/client/sign-out.ts";

const lost = new ApiProblem(0, "unreachable", {});

/** Signs out on a page with this connection. @returns what was done with the texts, and the error */
async function leave(state: LinkState, endSignIn: () => Promise<void>): Promise<readonly unknown[]> {
  const done: unknown[] = [];
  const desk = {
    link: { get: () => state },
    saveAll: () => void done.push("saved"),
    stopAndForget: () => void done.push("removed"),
  };
  await signOut(desk, endSignIn).catch((error: unknown) => void done.push(error));
  return done;
}

describe("signing out", () => {
  it("removes the texts once the server has confirmed it", async ({ expect }) => {
    expect(await leave({ name: "live" }, () => Promise.resolve())).toStrictEqual(["saved", "removed"]);
  });

  it("counts as done without an answer when the connection has ended with the sign-in", async ({ expect }) => {
    const state = { name: "ended", reason: "signed_out" } as const;
    expect(await leave(state, () => Promise.reject(lost))).toStrictEqual(["saved", "removed"]);
  });

  it.for([
    { name: "live" },
    { name: "reconnecting", since: 0, nextAt: 0 },
    { name: "ended", reason: "too_many_pages" },
    { name: "ended", reason: "protocol" },
  ] as const satisfies readonly LinkState[])(
    "without an answer is reported as failed and removes no text: %j",
    async (state, { expect }) => {
      expect(await leave(state, () => Promise.reject(lost))).toStrictEqual(["saved", lost]);
    },
  );
});
