/** Unsent messages: the undo time, their order, and what happens without an answer or after a refusal. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ApiProblem } from "../../../console/client/api.ts";
import { UNDO_MS } from "../../../console/client/outbox.ts";
import { listFailed, listShown, withoutArrived, type Unsent } from "../../../console/model/unsent.ts";
import { rowsOf, sent } from "../../browser/desk/sample-log.ts";
import { conversationId, WANG } from "../../browser/desk/sample.ts";
import { must } from "../../support/conversation.ts";
import { begin, phases, play, text } from "./outbox-play.ts";

beforeEach(() => {
  vi.useFakeTimers();
  begin();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a message", () => {
  it("can be taken back for three seconds, then it is sent", async ({ expect }) => {
    play.outbox.add(text("a"));
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(play.posted).toStrictEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(play.outbox.takeBack("a")).toBeNull();
  });

  it("that was taken back is never sent", async ({ expect }) => {
    play.outbox.add(text("a"));
    expect(play.outbox.takeBack("a")?.id).toBe("a");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(play.posted).toStrictEqual([]);
  });

  it("is sent at once when the next one is written, and before it", async ({ expect }) => {
    play.outbox.add(text("a"));
    play.outbox.add(text("b"));
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a", "b"]);
  });

  it("waits for the one before it in the same conversation only", async ({ expect }) => {
    play.answer = ({ id }) => (id === "a" ? new Promise(() => {}) : Promise.resolve("x"));
    play.outbox.add(text("a"), 0);
    play.outbox.add(text("b"), 0);
    play.outbox.add(text("c", "c", conversationId(2)), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a", "c"]);
  });

  it("without an answer is sent again with the same id", async ({ expect }) => {
    let tries = 0;
    play.answer = () => {
      tries += 1;
      return tries === 1 ? Promise.reject(new ApiProblem(0, "unreachable", {})) : Promise.resolve("out-a");
    };
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(phases()).toStrictEqual(["waiting"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a", "a"]);
    expect(phases()).toStrictEqual(["accepted"]);
  });

  it("that got no answer is sent again after 2, 4, 8 … 30 s, and at once on a new connection", async ({ expect }) => {
    const times: number[] = [];
    const startedAt = Date.now();
    play.answer = () => {
      times.push((Date.now() - startedAt) / 1_000);
      return Promise.reject(new ApiProblem(0, "unreachable", {}));
    };
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(95_000);
    expect(times).toStrictEqual([0, 2, 6, 14, 30, 60, 90]);
    play.outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(times.at(-1)).toBe(95);
  });

  it("and all others wait for the time that a 429 names, also on a new connection", async ({ expect }) => {
    play.answer = () => Promise.reject(new ApiProblem(429, "rate_limited", {}, 60_000));
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    play.outbox.add(text("b", "b", conversationId(2)));
    play.answer = ({ id }) => Promise.resolve(`out-${id}`);
    await vi.advanceTimersByTimeAsync(59_999);
    play.outbox.resume();
    expect([play.posted.map(({ id }) => id), phases()]).toStrictEqual([["a"], ["waiting", "waiting"]]);
    await vi.advanceTimersByTimeAsync(1);
    expect([play.posted.map(({ id }) => id), phases()]).toStrictEqual([
      ["a", "a", "b"],
      ["accepted", "accepted"],
    ]);
  });

  it("waits for the connection", async ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([play.posted.length, phases()]).toStrictEqual([0, ["waiting"]]);
    play.isLive = true;
    play.outbox.resume();
    expect(play.posted).toHaveLength(1);
  });

  it("goes back to the composer when others have acted since", async ({ expect }) => {
    play.answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(play.returned.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(play.outbox.store.get()).toStrictEqual([]);
  });

  it("stays visible instead when it waited for the connection, or when the composer has another text", async ({
    expect,
  }) => {
    play.answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    play.isLive = false;
    play.outbox.add(text("a"), 0);
    play.isLive = true;
    play.outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    play.isComposerEmpty = false;
    play.outbox.add(text("b"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect([play.returned, phases()]).toStrictEqual([[], ["refused", "refused"]]);
    expect([...listFailed(play.outbox.store.get())]).toStrictEqual([conversationId(1)]);
  });

  it("between two others that waited stays visible like them", async ({ expect }) => {
    play.answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    play.isLive = false;
    for (const id of ["a", "b", "c"]) play.outbox.add(text(id));
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    play.isLive = true;
    play.outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect([play.returned, phases()]).toStrictEqual([[], ["refused", "refused", "refused"]]);
  });

  it("that waited for the connection is sent once and separately from the next one", async ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a"));
    play.outbox.add(text("b"));
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(phases()).toStrictEqual(["waiting", "waiting"]);
    play.isLive = true;
    play.outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ content }) => content)).toStrictEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
  });

  it("that is refused stays with its reason, and the next one is sent", async ({ expect }) => {
    play.answer = ({ id }) =>
      id === "a" ? Promise.reject(new ApiProblem(409, "taken", { name: "小李" })) : Promise.resolve("out-b");
    play.outbox.add(text("a"), 0);
    play.outbox.add(text("b"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(play.outbox.store.get()[0]?.phase).toStrictEqual({
      name: "refused",
      refusal: { code: "taken", name: "小李" },
    });
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a", "b"]);
  });

  it("is not stored again by frames that change nothing", ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a"), 0);
    const store = vi.spyOn(play.kept, "setItem");
    play.outbox.settle((list) => withoutArrived(list, null));
    expect(store).not.toHaveBeenCalled();
  });

  it("is known as sent here from when its row may arrive, unlike that of another page", async ({ expect }) => {
    let accept = (_message: string): void => {};
    play.answer = () =>
      new Promise((resolve) => {
        accept = resolve;
      });
    play.outbox.add(text("a", "您好"), 0);
    const at = new Date(Date.now()).toISOString();
    const [own, others] = [sent({ type: "text", content: "您好" }), sent({ type: "text", content: "您好" })].map(
      (make, n) => make({ seq: n + 1, at }),
    );
    const { conversation } = text("a");
    expect(play.outbox.hasSent(conversation, must(own))).toBe(true);
    accept(`out-1`);
    await vi.advanceTimersByTimeAsync(0);
    play.outbox.settle((list) => withoutArrived(list, null));
    expect([must(own), must(others)].map((row) => play.outbox.hasSent(conversation, row))).toStrictEqual([true, false]);
  });

  it("is shown once, not in addition to its row", ({ expect }) => {
    const unsent: Unsent = { ...text("a", "您好"), writtenAt: 0, phase: { name: "sending" } };
    const rows = rowsOf(sent({ type: "text", content: "您好" }));
    expect(listShown([unsent], unsent.conversation, rows, WANG)).toStrictEqual([]);
    expect(listShown([unsent], unsent.conversation, [], WANG)).toStrictEqual([unsent]);
    const accepted: Unsent = { ...unsent, phase: { name: "accepted", message: "out-1" } };
    const { conversation } = accepted;
    expect(withoutArrived([accepted], { conversation, rows })).toStrictEqual([]);
    expect(withoutArrived([accepted], { conversation, rows: [] })).toStrictEqual([accepted]);
  });

  it("is forgotten once it is accepted and its conversation is not open, which then reads its row", ({ expect }) => {
    const accepted: Unsent = { ...text("a"), writtenAt: 0, phase: { name: "accepted", message: "out-1" } };
    const waiting: Unsent = { ...text("b"), writtenAt: 0, phase: { name: "waiting" } };
    const other = { conversation: conversationId(2), rows: [] };
    expect(withoutArrived([accepted, waiting], other)).toStrictEqual([waiting]);
    expect(withoutArrived([accepted, waiting], null)).toStrictEqual([waiting]);
  });
});
