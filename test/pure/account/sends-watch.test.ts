/** When failing sends are reported to the account object, and the fault that results. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import type { Delivery } from "../../../shared/message/delivery.ts";
import { faultsOf } from "../../../worker/account/core/faults.ts";
import { NEW_ACCOUNT } from "../../../worker/account/core/state.ts";
import type { Trouble } from "../../../worker/account/core/trouble.ts";
import { recordSends } from "../../../worker/account/faults/sends-report.ts";
import { keepUnreported, watchSend } from "../../../worker/account/faults/sends-watch.ts";
import type { AccountMemory } from "../../../worker/account/memory.ts";
import { parseAccess, toAccess } from "../../../worker/account/token/published-access.ts";
import { rejected } from "../../support/delivery.ts";
import { APPID, CREDENTIAL, NOW } from "./bench.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
const SENT: Delivery = { result: "accepted" };
const DROPPED: Delivery = { result: "unconfirmed", reason: "network" };
const BUSY: Delivery = rejected(-1);

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Several isolates of one account; `at` in seconds. */
function createBench() {
  let sends: Trouble | null = null;
  let calls = 0;
  const published = () =>
    sends === null ? {} : toAccess({ ...NEW_ACCOUNT, token: "t", expiresAt: NOW + HOUR, sends });
  return {
    isolate() {
      const memory: AccountMemory = new Map();
      return {
        memory,
        send: (delivery: Delivery, at: number) => {
          const now = NOW + at * SECOND;
          const told = watchSend(memory, CREDENTIAL, delivery, now);
          if (told === undefined) return;
          calls += 1;
          ({ sends } = recordSends(APPID, sends, told, now));
        },
        /** Reads the published access, as each isolate does once a minute. */
        read: () => {
          const value = parseAccess({ token: "t", expiresAt: NOW + HOUR, ...published() });
          if (value !== undefined)
            memory.set(CREDENTIAL, { ...memory.get(CREDENTIAL), access: { value, readAt: NOW } });
        },
      };
    },
    faults: (at: number) => faultsOf({ ...NEW_ACCOUNT, sends }, "", NOW + at * SECOND),
    calls: () => calls,
  };
}

describe("sends that succeed", () => {
  it("cost no call, whatever WeChat answers for single messages", ({ expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    for (let at = 0; at < 100; at += 1) send(at % 2 === 0 ? SENT : rejected(45047), at);
    send({ result: "not_sent", reason: "paused" }, 101);
    expect(bench.calls()).toBe(0);
  });

  it("cost none for a failure between them", ({ expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    for (let at = 0; at < 300; at += 1) send(at % 10 === 5 ? BUSY : SENT, at);
    expect(bench.calls()).toBe(0);
  });
});

describe("sends that fail", () => {
  it.for<Delivery>([
    DROPPED,
    BUSY,
    { result: "unconfirmed", reason: "timeout" },
    { result: "unconfirmed", reason: "bad_response" },
    rejected(40001),
  ])("are a fault after 30 s: %j", (delivery, { expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    for (const at of [0, 10, 20]) send(delivery, at);
    expect(bench.faults(25)).toEqual([]);
    send(delivery, 30);
    expect(bench.faults(31)).toMatchObject([{ reason: "sends_failing", since: NOW, count: 4 }]);
  });

  it("are not a fault for one message for which WeChat is busy four times in 28 s", ({ expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    for (const at of [0, 4, 12, 28]) send(BUSY, at);
    expect(bench.faults(600)).toEqual([]);
  });

  it("are reported by an isolate at most every ten seconds, with their number", ({ expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    send(SENT, -1);
    for (let at = 0; at < 60; at += 0.1) send(DROPPED, at);
    expect(bench.calls()).toBeLessThanOrEqual(5);
    expect(bench.faults(60)).toMatchObject([{ since: NOW }]);
    const [fault] = bench.faults(60);
    expect(fault !== undefined && "count" in fault ? fault.count : 0).toBeGreaterThan(400);
  });

  it("are a fault although each isolate sees only one", ({ expect }) => {
    const bench = createBench();
    for (const at of [0, 20, 40]) bench.isolate().send(DROPPED, at);
    expect(bench.faults(41)).toMatchObject([{ reason: "sends_failing", count: 3, cause: "network" }]);
  });

  it("end with a success in the isolate that reported them, and it is reported once", ({ expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    for (const at of [0, 20, 40]) send(DROPPED, at);
    const calls = bench.calls();
    for (const at of [41, 42, 43]) send(SENT, at);
    expect(bench.faults(44)).toEqual([]);
    expect(bench.calls()).toBe(calls + 1);
  });

  it("end with a success in an isolate that read of them, and it is reported once", ({ expect }) => {
    const bench = createBench();
    const other = bench.isolate();
    for (const at of [0, 20, 40]) bench.isolate().send(DROPPED, at);
    const calls = bench.calls();
    other.send(SENT, 41);
    expect(bench.faults(41)).toHaveLength(1);
    other.read();
    for (const at of [42, 43, 44]) other.send(SENT, at);
    expect(bench.faults(45)).toEqual([]);
    expect(bench.calls()).toBe(calls + 1);
  });

  it("are dropped when nothing was tried for more than two hours, or the clock was set back", ({ expect }) => {
    const bench = createBench();
    const { send } = bench.isolate();
    for (const at of [0, 20, 40]) send(DROPPED, at);
    expect(bench.faults(7_200)).toHaveLength(1);
    expect(bench.faults(8_000)).toEqual([]);
    expect(bench.faults(-86_400)).toEqual([]);
    send(DROPPED, 20_000);
    expect(bench.faults(20_001)).toEqual([]);
  });
});

describe("a report that is lost", () => {
  it("is sent later, with the failures since", ({ expect }) => {
    const { memory } = createBench().isolate();
    const told = watchSend(memory, CREDENTIAL, DROPPED, NOW);
    if (told === undefined || told === null) throw new Error("the first failure is reported");
    keepUnreported(memory, CREDENTIAL, told, NOW + SECOND);
    expect(watchSend(memory, CREDENTIAL, BUSY, NOW + 10 * SECOND)).toEqual({
      since: NOW,
      at: NOW + 10 * SECOND,
      count: 2,
      cause: "refused",
      code: "-1",
    });
  });

  it("is not sent after a success", ({ expect }) => {
    const { memory } = createBench().isolate();
    const told = watchSend(memory, CREDENTIAL, DROPPED, NOW);
    expect(watchSend(memory, CREDENTIAL, SENT, NOW + SECOND)).toBeNull();
    keepUnreported(memory, CREDENTIAL, told ?? null, NOW + 2 * SECOND);
    expect(watchSend(memory, CREDENTIAL, BUSY, NOW + 40 * SECOND)).toMatchObject({ count: 1 });
  });

  it("of a success is sent with the next one", ({ expect }) => {
    const { memory } = createBench().isolate();
    watchSend(memory, CREDENTIAL, DROPPED, NOW);
    expect(watchSend(memory, CREDENTIAL, SENT, NOW + SECOND)).toBeNull();
    keepUnreported(memory, CREDENTIAL, null, NOW + SECOND);
    expect(watchSend(memory, CREDENTIAL, SENT, NOW + 2 * SECOND)).toBeNull();
    expect(watchSend(memory, CREDENTIAL, SENT, NOW + 3 * SECOND)).toBeUndefined();
  });
});
