/** The doctor's findings about forwarding, for each answer of the worker. */
import { describe, it } from "vitest";
import { examine } from "../../../scripts/doctor/examine.ts";
import { toText } from "../../../scripts/doctor/print.ts";
import type { Ports, Target } from "../../../scripts/doctor/target.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);
const TARGET: Target = { url: "https://kefu.test", apiKey: "key-0123456789abcdef" };

/** A worker that is set up and answers nothing but `GET /api/v1/forwarding`. */
function portsOf(forwarding: object): Ports {
  return {
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/healthz") return Response.json({ status: "ok", apps: 1, modes: ["secure"], api: "open" });
      if (pathname === "/api/v1/forwarding") return Response.json(forwarding);
      return new Response("not found", { status: 404 });
    },
    now: () => NOW,
    randomBytes: (size) => new Uint8Array(size),
  };
}

const find = async (forwarding: object) => {
  const report = await examine(portsOf(forwarding), TARGET);
  return { found: report.findings.find(({ id }) => id === "forwarding"), text: toText(report, TARGET) };
};

describe("forwarding", () => {
  it("that is off is shown as off", async ({ expect }) => {
    const { found } = await find({ state: "off", kinds: [], target: null, failures: 0 });
    expect(found).toMatchObject({ state: "ok", fact: expect.stringContaining("off") });
  });

  it("that works is shown with kinds and address", async ({ expect }) => {
    const { found } = await find({ state: "ok", kinds: ["xpay_*", "text"], target: "https://old.test", failures: 0 });
    expect(found).toMatchObject({ state: "ok", fact: "xpay_*, text → https://old.test" });
  });

  it("that fails is a fault with the last reason and the fix", async ({ expect }) => {
    const { found, text } = await find({
      state: "failing",
      kinds: ["xpay_*"],
      target: "https://old.test",
      failures: 3,
      failingSince: "2026-11-22T03:00:00.000Z",
      lastFailureAt: "2026-11-22T03:59:00.000Z",
      lastReason: "status",
      lastStatus: 502,
    });
    expect(found).toMatchObject({ state: "failed", cure: { en: expect.stringContaining("4 seconds") } });
    expect(text).toContain("status HTTP 502");
    expect(text).toContain("2026-11-22T03:59:00.000Z");
  });
});
