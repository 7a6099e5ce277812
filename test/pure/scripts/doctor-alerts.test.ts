/** The doctor's findings about the robots of alerts, for each answer of the worker. */
import { describe, it } from "vitest";
import { examine } from "../../../scripts/doctor/examine.ts";
import { toText } from "../../../scripts/doctor/print.ts";
import type { Ports, Target } from "../../../scripts/doctor/target.ts";

const TARGET: Target = { url: "https://kefu.test", apiKey: "key-0123456789abcdef" };
const NONE = { robots: [], problems: [], waitMinutes: 5, repeatMinutes: 0, deskUrl: null };
const ROBOTS = [
  { name: "duty", vendor: "wecom", language: "zh", signed: false },
  { name: "ops", vendor: "dingtalk", language: "en", signed: true },
];

/** A worker that is set up and answers nothing but `GET /api/v1/alerts`. */
function portsOf(answer: () => Response): Ports {
  return {
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/healthz") return Response.json({ status: "ok", apps: 1, modes: ["secure"], api: "open" });
      if (pathname.startsWith("/api/v1/alerts")) {
        if (request.method !== "GET") throw new Error("the doctor must not send messages");
        return answer();
      }
      return new Response("not found", { status: 404 });
    },
    now: () => Date.UTC(2026, 10, 22),
    randomBytes: (size) => new Uint8Array(size),
  };
}

const find = async (answer: () => Response, target: Target = TARGET) => {
  const report = await examine(portsOf(answer), target);
  return { found: report.findings.filter(({ id }) => id === "alerts"), text: toText(report, target) };
};

describe("the robots of alerts", () => {
  it("that are not configured cause no fault", async ({ expect }) => {
    const { found } = await find(() => Response.json(NONE));
    expect(found).toMatchObject([{ state: "ok", fact: expect.stringContaining("none") }]);
  });

  it("are shown by name and vendor", async ({ expect }) => {
    const { found } = await find(() => Response.json({ ...NONE, robots: ROBOTS, deskUrl: "https://k.test/desk" }));
    expect(found).toMatchObject([{ state: "ok", fact: "duty (wecom), ops (dingtalk)" }]);
  });

  it("without the address of the desk are a warning", async ({ expect }) => {
    const { found } = await find(() => Response.json({ ...NONE, robots: ROBOTS }));
    expect(found).toMatchObject([{ state: "warning", wrong: { en: expect.stringContaining("DESK_URL") } }]);
  });

  it("of which one fails are a fault, with reason and fix", async ({ expect }) => {
    const failure = {
      reason: "wrong_key",
      vendorCode: "93000",
      since: "2026-11-21T00:00:00.000Z",
      lastAt: "2026-11-21T01:00:00.000Z",
      meaning: "不存在 / the robot does not exist",
      cure: "重新复制 / copy the webhook URL again",
    };
    const robots = [{ ...ROBOTS[0], failure }, ROBOTS[1]];
    const { found, text } = await find(() => Response.json({ ...NONE, robots, deskUrl: "https://k.test/desk" }));
    expect(found).toMatchObject([{ state: "failed", fact: "wrong_key 93000, 2026-11-21T01:00:00.000Z" }]);
    expect(text).toContain("the robot duty did not accept the latest alert: the robot does not exist");
    expect(text).toContain("copy the webhook URL again");
  });

  it("that cannot be read are a fault for each problem, with its fix", async ({ expect }) => {
    const problems = [
      { path: "0.url", problem: "is not https", cure: "copy the webhook URL" },
      { path: "", problem: "is not a JSON list", cure: "set a list" },
    ];
    const { found, text } = await find(() => Response.json({ ...NONE, problems }));
    expect(found.map(({ state }) => state)).toEqual(["failed", "failed"]);
    expect(text).toContain("0.url is not https");
    expect(text).toContain("copy the webhook URL");
  });

  it("are not checked without a key, or when the API does not answer", async ({ expect }) => {
    expect((await find(() => new Response("no", { status: 500 }))).found).toEqual([]);
    expect((await find(() => Response.json(NONE), { url: TARGET.url })).found).toEqual([]);
  });
});
