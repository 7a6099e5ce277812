import { describe, it, vi } from "vitest";
import type { AttemptOutcome, PauseVerdict } from "../../../shared/message/delivery.ts";
import { LEASE_MS } from "../../../worker/conversation/core/outbox/outbox.ts";
import type { LeasedMessage } from "../../../worker/conversation/rpc.ts";
import { deliverChain } from "../../../worker/inbox/delivery/chain.ts";
import { ACCEPTED, pauseCause, rejected } from "../../support/delivery.ts";

const lease = (seq: number): LeasedMessage => ({
  seq,
  id: `0123456789abcdef0123-${seq}`,
  attempt: 1,
  deadline: Date.now() + 10_000,
  holder: "c1",
  user: "oUser",
  message: { type: "text", content: "好" },
  isAi: false,
});

describe("a message that waits for the app", () => {
  const waitsOf = async (outcome: AttemptOutcome) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const waits: (readonly [number | null, boolean])[] = [];
    await deliverChain(lease(1), {
      deliver: () => Promise.resolve(outcome),
      reportPause: () => Promise.resolve({}),
      onWaiting: async (until, isCause) => void waits.push([until, isCause]),
      settle: () => Promise.resolve(null),
      until: 0,
      fields: { conversation: "0123456789ab" },
    });
    vi.restoreAllMocks();
    return waits;
  };

  it("is reported with the end of the pause", async ({ expect }) => {
    const until = Date.now() + 600_000;
    expect(await waitsOf({ result: "not_sent", reason: "paused", until })).toEqual([[until, false]]);
  });

  it("is reported as the cause of a pause", async ({ expect }) => {
    expect(await waitsOf(rejected(48001))).toEqual([[null, true]]);
  });

  it("is reported when there is no token", async ({ expect }) => {
    expect(await waitsOf({ result: "not_sent", reason: "no_token" })).toEqual([[null, false]]);
  });

  it.for<AttemptOutcome>([
    ACCEPTED,
    rejected(-1),
    rejected(45011),
    rejected(48001, { aloneMs: 0 }),
    { result: "not_sent", reason: "lease_over" },
    { result: "not_sent", reason: "paused", until: Date.now() + 60_000 },
    { result: "unconfirmed", reason: "timeout" },
  ])("is not reported for %j", async (outcome, { expect }) => {
    expect(await waitsOf(outcome)).toEqual([]);
  });
});

describe("a rejection that pauses", () => {
  const NOW = 1_800_000_000_000;

  /** The reports and outcomes when WeChat answers with this errcode. `leftMs`: until the end of the attempt. */
  const carry = async (errcode: number, verdict: PauseVerdict, leftMs = 10_000) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    const reports: unknown[] = [];
    const settled: AttemptOutcome[] = [];
    await deliverChain(
      { ...lease(7), attempt: 2, deadline: NOW + leftMs },
      {
        deliver: () => Promise.resolve(rejected(errcode)),
        reportPause: (...report) => {
          reports.push(report);
          return Promise.resolve(verdict);
        },
        settle(_seq, _attempt, outcome) {
          settled.push(outcome);
          return Promise.resolve(null);
        },
        until: 0,
        fields: { conversation: "0123456789ab" },
      },
    );
    vi.useRealTimers();
    vi.restoreAllMocks();
    return { reports, settled };
  };

  it.for([45011, 45009, 48004, 50007])(
    "pauses the app after %i and returns until when",
    async (errcode, { expect }) => {
      const { reports, settled } = await carry(errcode, { pausedUntil: NOW + 600_000 });
      expect(settled).toEqual([rejected(errcode, { pausedUntil: NOW + 600_000 })]);
      expect(reports).toEqual([[pauseCause(errcode), { id: "0123456789abcdef0123-7", attempt: 2 }, 3_000]]);
    },
  );

  it("reports that the message is the only refused one", async ({ expect }) => {
    expect((await carry(48001, { aloneMs: 7 })).settled).toEqual([rejected(48001, { aloneMs: 7 })]);
  });

  it("has the remaining time of the attempt for its report, and no report is made with less than 500 ms left", async ({
    expect,
  }) => {
    expect((await carry(48001, {}, 1_000)).reports).toMatchObject([[{}, {}, 750]]);
    expect((await carry(48001, {}, 750)).reports).toMatchObject([[{}, {}, 500]]);
    for (const leftMs of [749, 250]) {
      const late = await carry(48001, { aloneMs: 7 }, leftMs);
      expect(late).toEqual({ reports: [], settled: [rejected(48001)] });
    }
  });

  it("does not result from any other code", async ({ expect }) => {
    for (const errcode of [-1, 40001, 45047, 40013, 50002]) {
      expect(await carry(errcode, { aloneMs: 7 })).toEqual({ reports: [], settled: [rejected(errcode)] });
    }
  });
});

describe("a chain of attempts", () => {
  it("continues while there is time for a whole attempt, and reports when there is none", async ({ expect }) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const asked: (string | null)[] = [];
    const carry = (until: number) =>
      deliverChain(lease(1), {
        deliver: () => Promise.resolve(ACCEPTED),
        reportPause: () => Promise.resolve({}),
        settle(seq, _attempt, _delivery, next) {
          asked.push(next);
          return Promise.resolve(next === null || seq === 3 ? null : lease(seq + 1));
        },
        until,
        fields: { conversation: "0123456789ab" },
      });
    await carry(Date.now() + LEASE_MS + 5_000);
    expect(asked.splice(0)).toEqual(["c1", "c1", "c1"]);
    await carry(Date.now() + LEASE_MS - 1);
    expect(asked).toEqual([null]);
    vi.restoreAllMocks();
  });

  it("makes the next attempt whether or not another caller has learned the outcome of the last", async ({ expect }) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const delivered: number[] = [];
    const carrying = deliverChain(lease(1), {
      deliver: () => Promise.resolve(ACCEPTED),
      reportPause: () => Promise.resolve({}),
      onSent: () => heard,
      settle(seq) {
        delivered.push(seq);
        return Promise.resolve(seq === 1 ? lease(2) : null);
      },
      until: Date.now() + LEASE_MS + 5_000,
      fields: { conversation: "0123456789ab" },
    });
    await vi.waitFor(() => expect(delivered).toEqual([1, 2]));
    resolve();
    await carrying;
    vi.restoreAllMocks();
  });
});
