/** Unsent messages after a reload, and of several tabs of one agent. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ApiProblem } from "../../../console/client/api.ts";
import { forgetAgent } from "../../../console/client/kept-texts.ts";
import { conversationId, WANG } from "../../browser/desk/sample.ts";
import { begin, create, phases, play, reload, text } from "./outbox-play.ts";

beforeEach(() => {
  vi.useFakeTimers();
  begin();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("after a reload", () => {
  it("a message without an answer is sent again with its id", async ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a", "您好"), 0);
    reload();
    play.isLive = true;
    play.outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id, content }) => [id, content])).toStrictEqual([["a", { type: "text", text: "您好" }]]);
  });

  it("a refused message is still there, with its reason", async ({ expect }) => {
    const refusal = { code: "channel_refused", platformCode: "45047" };
    play.answer = () => Promise.reject(new ApiProblem(502, refusal.code, refusal));
    play.outbox.add(text("a", "您好"), 0);
    play.answer = () => Promise.reject(new ApiProblem(409, "taken", { name: "小李" }));
    play.outbox.add(text("b", "在的", conversationId(2)), 0);
    await vi.advanceTimersByTimeAsync(0);
    reload();
    play.outbox.resume();
    expect(play.posted).toHaveLength(2);
    expect(play.outbox.store.get().map(({ phase }) => phase)).toStrictEqual([
      { name: "refused", refusal },
      { name: "refused", refusal: { code: "taken", name: "小李" } },
    ]);
  });

  it("a message that is older than ten minutes is not sent by itself, and says so", async ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(10 * 60_000 + 1);
    reload();
    play.isLive = true;
    play.outbox.resume();
    expect([play.posted, play.returned]).toStrictEqual([[], []]);
    expect(play.outbox.store.get()[0]?.phase).toStrictEqual({ name: "refused", refusal: { code: "not_in_time" } });
  });

  it("accepted messages are removed, and invalid entries are ignored", async ({ expect }) => {
    play.outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    reload();
    expect(play.outbox.store.get()).toStrictEqual([]);
    expect(play.kept.length).toBe(0);
    const broken = ["{", "3", "[]", '{"at":1,"value":[{"id":1}]}', '{"at":1,"value":[null,{"content":{}}]}'];
    for (const value of broken) {
      play.kept.setItem(`edge-kefu.unsent.${WANG}.tab`, value);
      expect(create().store.get()).toStrictEqual([]);
    }
  });
});

describe("two tabs of one agent", () => {
  it("store their messages separately, and each is sent by its own tab alone", async ({ expect }) => {
    play.isLive = false;
    const other = create();
    play.outbox.add(text("a"), 0);
    other.add(text("b"), 0);
    play.outbox.add(text("c"), 0);
    play.outbox.notice([...play.kept.texts.keys()].at(-1) ?? "");
    play.isLive = true;
    play.outbox.resume();
    other.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id }) => id).toSorted()).toStrictEqual(["a", "b", "c"]);
  });

  it("leave no message behind: when one ends, the other takes over its messages with their ids", async ({ expect }) => {
    play.isLive = false;
    const other = create();
    other.add(text("b"), 0);
    play.outbox.notice([...play.kept.texts.keys()][0] ?? "");
    play.outbox.add(text("a"), 0);
    play.isLive = true;
    expect(play.outbox.store.get().map(({ id }) => id)).toStrictEqual(["a"]);
    other.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["b", "a"]);
    reload();
    expect(play.outbox.store.get()).toStrictEqual([]);
  });

  it("take over a message once, whichever of them does", async ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a"), 0);
    const others = [create(), create()];
    play.isLive = true;
    play.outbox.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(others.flatMap(({ store }) => store.get())).toHaveLength(1);
  });
});

describe("a tab that can send nothing more", () => {
  it("gives its texts to another tab, and neither takes back nor repeats nor adds one", async ({ expect }) => {
    const other = create();
    play.outbox.add(text("a"));
    other.notice([...play.kept.texts.keys()][0] ?? "");
    play.outbox.stop();
    expect(play.outbox.takeBack("a")).toBeNull();
    play.outbox.retry("a");
    play.outbox.add(text("b"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(other.store.get().map(({ phase }) => phase.name)).toStrictEqual(["accepted"]);
  });

  it("shows a text until another tab has it, and counts it once", ({ expect }) => {
    play.isLive = false;
    play.outbox.add(text("a"));
    const key = [...play.kept.texts.keys()][0] ?? "";
    play.outbox.stop();
    expect([phases(), play.outbox.count()]).toStrictEqual([["waiting"], 1]);
    const other = create();
    play.outbox.notice(key);
    expect([phases(), play.outbox.count(), other.count()]).toStrictEqual([[], 1, 1]);
  });
});

describe("when the agent signs out in another tab", () => {
  const stored = (): readonly string[] => [...play.kept.texts.values()];

  it("a message that can still be taken back is neither sent nor stored again", async ({ expect }) => {
    play.outbox.add(text("a"));
    forgetAgent(play.kept, WANG);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([play.posted, stored(), phases()]).toStrictEqual([[], [], []]);
  });

  it.for(["stale", "internal", "taken"])(
    "a message that is answered with %s afterwards is neither stored nor put back nor sent again",
    async (code, { expect }) => {
      let refuse = (_error: Error): void => {};
      play.answer = () =>
        new Promise((_resolve, reject) => {
          refuse = reject;
        });
      play.outbox.add(text("a"), 0);
      forgetAgent(play.kept, WANG);
      refuse(new ApiProblem(code === "internal" ? 500 : 409, code, {}));
      await vi.advanceTimersByTimeAsync(60_000);
      expect([play.posted.length, play.returned, stored(), phases()]).toStrictEqual([1, [], [], []]);
    },
  );

  it("messages written after that are sent, should the agent still be signed in", async ({ expect }) => {
    play.outbox.add(text("a"));
    forgetAgent(play.kept, WANG);
    play.outbox.add(text("b"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(play.posted.map(({ id }) => id)).toStrictEqual(["b"]);
  });
});

describe("when the agent signs out here", () => {
  it("a message that is answered afterwards does not go back to the composer", async ({ expect }) => {
    play.answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    play.outbox.add(text("a"), 0);
    play.outbox.stop();
    forgetAgent(play.kept, WANG);
    await vi.advanceTimersByTimeAsync(0);
    expect([play.returned, play.kept.length]).toStrictEqual([[], 0]);
  });
});
