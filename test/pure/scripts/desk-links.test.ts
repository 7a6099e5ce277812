/** How setup and start give the first admin access: which admin they add, and which ones they do not change. */
import { describe, it } from "vitest";
import { createKefuClient } from "../../../client/index.ts";
import { findAdminLink } from "../../../scripts/lib/desk-links.ts";

const agent = (name: string, role: string, hasPassword: boolean, isSuspended = false) => ({
  id: `id of ${name}`,
  name,
  role,
  hasPassword,
  isSuspended,
});

/** Calls with a worker that has these agents. */
async function find(agents: readonly object[], refusal?: string) {
  const asked: string[] = [];
  const client = createKefuClient({
    baseUrl: "https://kefu.test",
    apiKey: "key",
    attempts: 1,
    fetch: async (url, { method = "GET", body }) => {
      const path = new URL(url).pathname.slice("/api/v1/".length);
      asked.push(`${method} ${decodeURIComponent(path)}`);
      if (refusal !== undefined)
        return Response.json({ title: "", detail: "", status: 503, code: refusal }, { status: 503 });
      if (method === "GET") return Response.json({ agents });
      const name = typeof body === "string" ? JSON.parse(body).name : path;
      return Response.json({ agent: { name }, invite: { url: `link of ${name}` } }, { status: 201 });
    },
  });
  const link = await findAdminLink(client);
  return { link: link.ok ? link.value : link.error, asked };
}

describe("the first link of the desk", () => {
  it("belongs to an added admin", async ({ expect }) => {
    expect(await find([agent("演示客服", "agent", true)])).toEqual({
      link: { name: "管理员", invite: "link of 管理员" },
      asked: ["GET agents", "POST agents"],
    });
  });

  it("does not change an admin who has a password, whatever the name", async ({ expect }) => {
    const agents = [agent("x", "admin", false), agent("老板", "admin", true)];
    expect(await find(agents)).toEqual({ link: { name: "老板" }, asked: ["GET agents"] });
  });

  it("is created again for an admin who has not used one yet", async ({ expect }) => {
    const { asked } = await find([agent("老板", "admin", false), agent("gone", "admin", true, true)]);
    expect(asked).toEqual(["GET agents", "POST agents/id of 老板/invite"]);
  });

  it("is missing while the worker refuses", async ({ expect }) => {
    expect((await find([], "desk_off")).link).toBe("desk_off");
  });
});
