/**
 * The emulator's calls of the worker about pauses, the parts of the answers that it returns, and that it never reveals
 * the API key.
 */
import { describe, it } from "vitest";
import { createControl } from "../../../emulator/control.ts";
import { createService, liftPauses } from "../../../emulator/service.ts";
import { createWeChat } from "../../../emulator/wechat.ts";
import { API, APP, OTHER_APP } from "./harness.ts";

const KEY = "worker-key-0123456789abcdef";
const UNTIL = "2026-11-22T06:35:09.042Z";
const PAUSED = {
  appid: APP.appid,
  reason: "paused",
  code: "48001",
  name: "x",
  meaning: "中 / m",
  cure: "c",
  until: UNTIL,
};
const VIEW = {
  appid: APP.appid,
  reason: "paused",
  code: "48001",
  meaning: { zh: "中", en: "m" },
  cure: { zh: "c", en: "c" },
  until: Date.parse(UNTIL),
};
const REFUSED = { resumed: false, trial: { outcome: "refused", code: "48001" }, faults: [PAUSED] };

interface Call {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
}

/** A worker that gives these answers, by path; without one it is not running. */
function createBench(answers: Readonly<Record<string, unknown>>) {
  const calls: Call[] = [];
  const service = createService(
    async (request) => {
      const { pathname, search, origin } = new URL(request.url);
      if (origin !== "http://127.0.0.1:8787") throw new Error("another host");
      const { method, headers } = request;
      calls.push({ method, path: `${pathname}${search}`, authorization: headers.get("authorization") });
      const answer = answers[pathname];
      if (answer === undefined) throw new TypeError("connection refused");
      return answer instanceof Response ? answer.clone() : Response.json(answer);
    },
    { url: "http://127.0.0.1:8787", apiKey: KEY },
  );
  const wechat = createWeChat({ apps: [APP, OTHER_APP], service });
  return { calls, service, wechat, control: createControl(wechat.handle) };
}

describe("the worker's pauses", () => {
  it("are requested with the key, and only faults that prevent sending are shown", async ({ expect }) => {
    const faults = [
      PAUSED,
      { ...PAUSED, appid: OTHER_APP.appid, reason: "token_refused", code: "40125" },
      { appid: APP.appid, reason: "stale_pushes", count: 3, meaning: "m", cure: "c" },
      { appid: APP.appid, reason: "account_unreachable", meaning: "m", cure: "c" },
    ];
    const { control, calls } = createBench({ "/healthz": { status: "degraded", faults } });
    expect(await control.pauses()).toStrictEqual([
      VIEW,
      { ...VIEW, appid: OTHER_APP.appid, reason: "token_refused", code: "40125" },
    ]);
    expect(calls).toStrictEqual([{ method: "GET", path: "/healthz", authorization: `Bearer ${KEY}` }]);
  });

  it.for([
    ["does not run", undefined],
    ["does not know the key", { status: "degraded" }],
    ["is something else", new Response("<html>")],
    ["is misconfigured", Response.json({ status: "misconfigured", problems: [] }, { status: 503 })],
  ] as const)("are unknown when the program at this address %s", async ([_what, answer], { expect }) => {
    const { control } = createBench(answer === undefined ? {} : { "/healthz": answer });
    expect(await control.pauses()).toBeNull();
  });

  it("are unknown to an emulator that was given no worker", async ({ expect }) => {
    const control = createControl(createWeChat({ apps: [APP] }).handle);
    expect(await control.pauses()).toBeNull();
    await expect(control.resume()).rejects.toThrow("has no address of a worker");
    await control.reset();
  });
});

describe("resuming", () => {
  it("is the worker's POST /api/v1/resume for the app, whose outcome is passed on", async ({ expect }) => {
    const { control, calls } = createBench({ "/api/v1/resume": REFUSED });
    const { faults: _, ...outcome } = REFUSED;
    expect(await control.resume({ appid: OTHER_APP.appid })).toStrictEqual(outcome);
    expect(await control.resume()).toStrictEqual(outcome);
    const authorization = `Bearer ${KEY}`;
    expect(calls).toStrictEqual(
      [OTHER_APP, APP].map(({ appid }) => ({ method: "POST", path: `/api/v1/resume?appid=${appid}`, authorization })),
    );
  });

  it("reports an invalid answer of the worker and an unknown app", async ({ expect }) => {
    await expect(createBench({}).control.resume()).rejects.toThrow(/the worker did not answer.*\(502\)/);
    const { control } = createBench({ "/api/v1/resume": Response.json(REFUSED, { status: 401 }) });
    await expect(control.resume()).rejects.toThrow("(502)");
    await expect(control.resume({ appid: "wx9999999999999999" })).rejects.toThrow("(404)");
  });

  it("sends the key to the worker only", async ({ expect }) => {
    const { wechat, control } = createBench({ "/healthz": { faults: [PAUSED] }, "/api/v1/resume": REFUSED });
    await control.resume();
    for (const path of ["state", "feed?appid=&openid=", "calls", "pauses"]) {
      const response = await wechat.handle(new Request(`${API}/_emulator/${path}`));
      expect(response.status).toBe(200);
      expect(await response.text()).not.toContain(KEY);
    }
  });
});

describe("a reset", () => {
  it("resumes every app, after the faults are cleared", async ({ expect }) => {
    const { control, calls } = createBench({ "/api/v1/resume": REFUSED });
    await control.fault({ fault: "dead" });
    await control.reset();
    expect(calls.map(({ path }) => path)).toStrictEqual([
      `/api/v1/resume?appid=${APP.appid}`,
      `/api/v1/resume?appid=${OTHER_APP.appid}`,
    ]);
    expect((await control.state()).faults).toStrictEqual([]);
  });

  it("succeeds without an answer of the worker", async ({ expect }) => {
    const { control } = createBench({});
    await control.fault({ fault: "dead" });
    await control.reset();
    expect((await control.state()).faults).toStrictEqual([]);
  });
});

describe("a new start", () => {
  it("resumes the apps that are paused, each once, and no other", async ({ expect }) => {
    const faults = [PAUSED, { ...PAUSED, reason: "token_refused", code: "40125" }];
    const { service, calls } = createBench({ "/healthz": { faults }, "/api/v1/resume": REFUSED });
    await liftPauses(service);
    expect(calls.map(({ path }) => path)).toStrictEqual(["/healthz", `/api/v1/resume?appid=${APP.appid}`]);
  });

  it("makes no further request while all apps send, and does not fail without an answer", async ({ expect }) => {
    const { service, calls } = createBench({ "/healthz": { status: "ok", faults: [] } });
    await liftPauses(service);
    expect(calls).toHaveLength(1);
    await liftPauses(createBench({}).service);
    await liftPauses(createBench({ "/healthz": { faults: [PAUSED] } }).service);
  });
});
