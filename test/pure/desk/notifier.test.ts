/** When a conversation notifies the desk: which records wait for an outcome, for how long, and one call at a time. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { createNotifier } from "../../../worker/desk/report/notifier.ts";
import { must, reply } from "../../support/conversation.ts";
import { ACCEPTED } from "../../support/delivery.ts";
import { createServed, leaseIn } from "../../support/served.ts";

describe("a record is reported", () => {
  it("now when a user waits or the session changes, and a reply with its outcome", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.changes({ type: "take", agent: "a" });
    chat.says([]);
    expect(chat.news()).toEqual(["now", "now", "now"]);
    const lease = leaseIn(chat.replies("a", "您好"));
    expect(chat.news()).toEqual(["with_outcome"]);
    chat.settles(lease, ACCEPTED);
    expect(chat.news()).toEqual(["now"]);
  });

  it("with the outcome of its answer when automation answers the message", ({ expect }) => {
    const chat = createServed();
    const lease = must(chat.says([reply("您好")]).lease, "lease");
    expect(chat.news()).toEqual(["with_outcome"]);
    chat.settles(lease, ACCEPTED);
    expect(chat.news()).toEqual(["now"]);
  });
});

describe("the desk is notified", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A desk that answers when the test says so, or at once. */
  function createDesk({ answersAtOnce = true } = {}) {
    const desk = { calls: 0, isBehind: false, answer: (_isTaken: boolean): void => {} };
    const tell = createNotifier({
      notify: () => {
        desk.calls += 1;
        if (answersAtOnce) return Promise.resolve(true);
        return new Promise((resolve) => {
          desk.answer = resolve;
        });
      },
      isBehind: () => desk.isBehind,
    });
    return { desk, tell };
  }
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it("once for the records of 15 ms", async ({ expect }) => {
    const { desk, tell } = createDesk();
    tell("now");
    await pass(14);
    tell("now");
    tell("with_outcome");
    expect(desk.calls).toBe(0);
    await pass(1);
    expect(desk.calls).toBe(1);
    await pass(60_000);
    expect(desk.calls).toBe(1);
  });

  it("once of a reply, with its outcome, when that comes within a second", async ({ expect }) => {
    const { desk, tell } = createDesk();
    tell("with_outcome");
    await pass(984);
    tell("now");
    await pass(14);
    expect(desk.calls).toBe(0);
    await pass(1);
    expect(desk.calls).toBe(1);
    await pass(60_000);
    expect(desk.calls).toBe(1);
  });

  it("of a reply after a second when its outcome takes longer, and again of the outcome", async ({ expect }) => {
    const { desk, tell } = createDesk();
    tell("with_outcome");
    await pass(999);
    expect(desk.calls).toBe(0);
    await pass(1);
    expect(desk.calls).toBe(1);
    await pass(500);
    tell("now");
    await pass(15);
    expect(desk.calls).toBe(2);
  });

  it.for([
    ["now", 15],
    ["with_outcome", 1_000],
  ] as const)(
    "by one call at a time: of a record during a call (%s) %i ms after it",
    async ([news, ms], { expect }) => {
      const { desk, tell } = createDesk({ answersAtOnce: false });
      tell("now");
      await pass(15);
      tell(news);
      desk.isBehind = true;
      await pass(60_000);
      expect(desk.calls).toBe(1);
      desk.answer(true);
      await pass(ms - 1);
      expect(desk.calls).toBe(1);
      await pass(1);
      expect(desk.calls).toBe(2);
    },
  );

  it("not again when it has not acknowledged: the alarm reports the rows", async ({ expect }) => {
    const { desk, tell } = createDesk({ answersAtOnce: false });
    tell("now");
    await pass(15);
    desk.isBehind = true;
    desk.answer(false);
    await pass(60_000);
    expect(desk.calls).toBe(1);
  });
});
