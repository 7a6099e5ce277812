/** The status of each failed call (docs/design/0021-channel-port.md, "Failed calls in the API"). */
import { Hono } from "hono/tiny";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import type { CallFailure, Reaction } from "../../../shared/message/delivery.ts";
import { MINI_PROGRAM_TEXTS } from "../../../worker/channels/mini-program/texts.ts";
import { refuseCall } from "../../../worker/routes/http/response/channel-problem.ts";

const NOW = Date.UTC(2026, 10, 30);
const UNTIL = NOW + 90_500;
const END = { until: "2026-11-30T00:01:30.500Z" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** The response of a route whose call failed this way. */
async function answerTo(failure: CallFailure) {
  const app = new Hono().get("/", (c) => refuseCall(c, MINI_PROGRAM_TEXTS, failure));
  const response = await app.request("/");
  const body: unknown = await response.json();
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
}

const rejection = (reaction: Reaction, code = "40003") =>
  ({ result: "rejected", code, name: "invalid_openid", reaction }) as const;

describe("a call that the platform refused", () => {
  it.for([
    ["used", 409, "quota_used"],
    ["closed", 409, "window_closed"],
    ["media", 404, "media_not_found"],
  ] as const)("with the reaction %s is %i %s", async ([reaction, status, code], { expect }) => {
    const answer = await answerTo(rejection(reaction));
    expect(answer).toMatchObject({ status, retryAfter: null, body: { code, platformCode: "40003" } });
  });

  it("with any other reaction is 502 channel_refused with meaning and fix, without a time", async ({ expect }) => {
    const words = { name: "invalid_openid", meaning: expect.stringMatching(/\S/), cure: expect.stringMatching(/\S/) };
    for (const reaction of ["retry", "outage", "rate", "quota", "stop", "user", "fix"] as const) {
      const body = { code: "channel_refused", platformCode: "40003", ...words };
      expect(await answerTo(rejection(reaction)), reaction).toMatchObject({ status: 502, retryAfter: null, body });
    }
  });
});

describe("a call that was not made", () => {
  const noToken = { result: "not_sent", reason: "no_token" } as const;

  it("is 503 channel_paused until the end of a pause, with the code that caused it", async ({ expect }) => {
    const answer = await answerTo({ result: "not_sent", reason: "paused", until: UNTIL, code: "50007" });
    const body = { code: "channel_paused", ...END, platformCode: "50007" };
    expect(answer).toMatchObject({ status: 503, retryAfter: "91", body });
  });

  it("is 503 channel_paused until another token is available for one that is refused repeatedly", async ({
    expect,
  }) => {
    const { status, retryAfter, body } = await answerTo({ ...noToken, until: UNTIL, isLimited: true });
    expect([status, retryAfter]).toEqual([503, "91"]);
    expect(body).toMatchObject({ code: "channel_paused", ...END });
    expect(body).not.toHaveProperty("platformCode");
  });

  it("may be repeated after a second at the earliest when the pause has just ended", async ({ expect }) => {
    const { retryAfter } = await answerTo({ result: "not_sent", reason: "paused", until: NOW - 1, code: "50007" });
    expect(retryAfter).toBe("1");
  });

  it("is 502 channel_refused when the token endpoint refused, whatever the code means for a send", async ({
    expect,
  }) => {
    for (const code of ["40125", "40164", "45009", "-1", "45047"]) {
      const answer = await answerTo({ ...noToken, until: UNTIL, code });
      const body = { code: "channel_refused", platformCode: code, name: MINI_PROGRAM_TEXTS.code(code).name };
      expect(answer, code).toMatchObject({ status: 502, retryAfter: null, body });
    }
  });

  it("is 502 channel_unreachable when the token endpoint does not answer, also during its cool-down", async ({
    expect,
  }) => {
    for (const failure of [noToken, { ...noToken, until: UNTIL }] as const) {
      const answer = await answerTo(failure);
      expect(answer).toMatchObject({ status: 502, retryAfter: null, body: { code: "channel_unreachable" } });
    }
  });

  it("is 502 channel_unreachable when no token arrived in time", async ({ expect }) => {
    const answer = await answerTo({ result: "not_sent", reason: "lease_over" });
    expect(answer).toMatchObject({ status: 502, body: { code: "channel_unreachable" } });
  });
});

describe("a call without a usable answer", () => {
  it.for(["timeout", "network", "bad_response"] as const)(
    "is 502 channel_unreachable: %s",
    async (reason, { expect }) => {
      const answer = await answerTo({ result: "unconfirmed", reason });
      expect(answer).toMatchObject({ status: 502, retryAfter: null, body: { code: "channel_unreachable" } });
    },
  );
});
