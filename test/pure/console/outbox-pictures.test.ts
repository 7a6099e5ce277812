/** Unsent pictures, which are uploaded first, and how a refused request is read. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ApiProblem, problemFrom } from "../../../console/client/api.ts";
import { listShown, mediaIdOf, type Unsent } from "../../../console/model/unsent.ts";
import { rowsOf, sent } from "../../browser/desk/sample-log.ts";
import { WANG } from "../../browser/desk/sample.ts";
import { must } from "../../support/conversation.ts";
import { begin, phases, play, text } from "./outbox-play.ts";

beforeEach(() => {
  vi.useFakeTimers();
  begin();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a picture", () => {
  const picture = (id: string): Omit<Unsent, "phase" | "writtenAt"> => ({
    ...text(id),
    content: { type: "picture", bytes: new Blob(["bytes"]) },
  });
  const unreachable = () => Promise.reject(new ApiProblem(502, "channel_unreachable", {}));

  it("shows how much is uploaded, and keeps its id for a repeat", async ({ expect }) => {
    const uploaded = { mediaId: "m1", expiresAt: Date.now() + 60_000 };
    play.answer = (_unsent, progress) => {
      progress.share(0.5);
      progress.uploaded(uploaded);
      return Promise.reject(new ApiProblem(0, "unreachable", {}));
    };
    play.outbox.add(picture("a"), 0);
    expect(play.outbox.store.get()[0]?.phase).toStrictEqual({ name: "sending", share: 0.5 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(play.posted[1]?.content).toMatchObject({ uploaded });
    expect(mediaIdOf(must(play.posted[1]), Date.now())).toBe("m1");
    expect(mediaIdOf(must(play.posted[1]), uploaded.expiresAt)).toBeNull();
  });

  it("is repeated three times by itself, then when the agent says so, with the same id", async ({ expect }) => {
    play.answer = unreachable;
    play.outbox.add(picture("a"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([play.posted.length, phases()]).toStrictEqual([3, ["refused"]]);
    play.answer = () => Promise.resolve("out-a");
    play.outbox.retry("a");
    await vi.advanceTimersByTimeAsync(0);
    expect([play.posted.map(({ id }) => id), phases()]).toStrictEqual([["a", "a", "a", "a"], ["accepted"]]);
  });

  it("is not repeated by itself when the platform takes no call for longer than a minute", async ({ expect }) => {
    play.answer = () => Promise.reject(new ApiProblem(503, "channel_paused", {}, 61_000));
    play.outbox.add(picture("a"), 0);
    await vi.advanceTimersByTimeAsync(120_000);
    expect([play.posted.length, phases()]).toStrictEqual([1, ["refused"]]);
  });

  it("that WeChat refuses is not repeated, and its code is kept for the words", async ({ expect }) => {
    play.answer = () => Promise.reject(new ApiProblem(502, "channel_refused", { platformCode: "40009" }));
    play.outbox.add(picture("a"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(play.posted).toHaveLength(1);
    expect(play.outbox.store.get()[0]?.phase).toMatchObject({
      refusal: { code: "channel_refused", platformCode: "40009" },
    });
  });

  it("is not shown beside the row that it became", ({ expect }) => {
    const uploaded = { mediaId: "m1", expiresAt: 1 };
    const content = { type: "picture", bytes: new Blob(), uploaded } as const;
    const unsent: Unsent = { ...picture("a"), content, writtenAt: 0, phase: { name: "sending" } };
    const rows = rowsOf(sent({ type: "image", mediaId: "m1" }));
    expect(listShown([unsent], unsent.conversation, rows, WANG)).toStrictEqual([]);
    expect(listShown([unsent], unsent.conversation, rowsOf(sent({ type: "image", mediaId: "m2" })), WANG)).toHaveLength(
      1,
    );
  });
});

describe("an answer that is not 2xx", () => {
  it.for([
    ["60", 60_000],
    [null, 0],
    ["soon", 0],
    ["-1", 0],
  ] as const)("with Retry-After %s is repeated after %d ms at the earliest", ([header, ms], { expect }) => {
    expect(problemFrom(429, { code: "rate_limited" }, header)).toMatchObject({
      code: "rate_limited",
      retryAfterMs: ms,
    });
    expect(problemFrom(502, null, header)).toMatchObject({ code: "unknown", facts: {}, retryAfterMs: ms });
  });
});
