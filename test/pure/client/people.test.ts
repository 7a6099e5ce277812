import { describe, it } from "vitest";
import { json, problem, scripted } from "./scripted.ts";

const PERSON = {
  id: "a0123456789ab",
  name: "小王",
  role: "agent",
  teams: [],
  capacity: 10,
  isSuspended: false,
  wanted: {},
  actual: "offline",
  load: 0,
  hasPassword: false,
  inviteExpiresAt: null,
};

describe("the methods about agents", () => {
  it("call their routes, for the deployment and not for the client's account", async ({ expect }) => {
    const { client, asked } = scripted(
      [
        json(200, { agents: [] }),
        json(201, { agent: PERSON, invite: {} }),
        json(200, PERSON),
        json(200, { agent: PERSON, invite: {} }),
      ],
      { appid: "wx1" },
    );
    const results = [
      await client.agents(),
      await client.addAgent({ name: "小王", role: "agent" }),
      await client.changeAgent("a0123456789ab", { isSuspended: true }),
      await client.inviteAgent("a0123456789ab"),
    ];
    expect(results.filter((result) => !result.ok)).toEqual([]);
    expect(asked.map(({ method, url }) => `${method} ${url.slice("https://kefu.test/api/v1".length)}`)).toEqual([
      "GET /agents",
      "POST /agents",
      "PATCH /agents/a0123456789ab",
      "POST /agents/a0123456789ab/invite",
    ]);
  });

  it("add an agent once, without a second try after a lost answer", async ({ expect }) => {
    const { client, asked } = scripted([problem(503, "try_again")]);
    expect((await client.addAgent({ name: "小王", role: "agent" })).ok).toBe(false);
    expect(asked).toHaveLength(1);
  });
});
