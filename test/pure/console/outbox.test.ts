/** Unsent messages: the undo time, their order, and what happens without an answer or after a refusal. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ApiProblem, problemFrom } from "../../../console/client/api.ts";
import { createOutbox, UNDO_MS, type Outbox, type UploadProgress } from "../../../console/client/outbox.ts";
import { listFailed, listShown, mediaIdOf, withoutArrived, type Unsent } from "../../../console/model/unsent.ts";
import { rowsOf, sent } from "../../browser/desk/sample-log.ts";
import { conversationId, LOG, WANG } from "../../browser/desk/sample.ts";
import { must } from "../../support/conversation.ts";
import { Kept } from "./kept.ts";

let kept: Kept;
let posted: Unsent[] = [];
let returned: Unsent[] = [];
let answer: (unsent: Unsent, progress: UploadProgress) => Promise<string | null>;
let isLive = true;
let isComposerEmpty = true;
let outbox: Outbox;

function create(): Outbox {
  return createOutbox({
    agent: WANG,
    kept,
    post(unsent, progress) {
      posted.push(unsent);
      return answer(unsent, progress);
    },
    isLive: () => isLive,
    onStale(unsent) {
      if (!isComposerEmpty) return false;
      returned.push(unsent);
      return true;
    },
    onAccepted: () => {},
  });
}

function text(id: string, words = id, conversation = conversationId(1)): Omit<Unsent, "phase" | "writtenAt"> {
  return { id, conversation, log: LOG, content: { type: "text", text: words }, hold: false, seenSeq: 5 };
}

function phases(): readonly string[] {
  return outbox.store.get().map(({ phase }) => phase.name);
}

beforeEach(() => {
  vi.useFakeTimers();
  kept = new Kept();
  posted = [];
  returned = [];
  isLive = true;
  isComposerEmpty = true;
  answer = ({ id }) => Promise.resolve(`out-${id}`);
  outbox = create();
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
    answer = (_unsent, progress) => {
      progress.share(0.5);
      progress.uploaded(uploaded);
      return Promise.reject(new ApiProblem(0, "unreachable", {}));
    };
    outbox.add(picture("a"), 0);
    expect(outbox.store.get()[0]?.phase).toStrictEqual({ name: "sending", share: 0.5 });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(posted[1]?.content).toMatchObject({ uploaded });
    expect(mediaIdOf(must(posted[1]), Date.now())).toBe("m1");
    expect(mediaIdOf(must(posted[1]), uploaded.expiresAt)).toBeNull();
  });

  it("is repeated three times by itself, then when the agent says so, with the same id", async ({ expect }) => {
    answer = unreachable;
    outbox.add(picture("a"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([posted.length, phases()]).toStrictEqual([3, ["refused"]]);
    answer = () => Promise.resolve("out-a");
    outbox.retry("a");
    await vi.advanceTimersByTimeAsync(0);
    expect([posted.map(({ id }) => id), phases()]).toStrictEqual([["a", "a", "a", "a"], ["accepted"]]);
  });

  it("is not repeated by itself when the platform takes no call for longer than a minute", async ({ expect }) => {
    answer = () => Promise.reject(new ApiProblem(503, "channel_paused", {}, 61_000));
    outbox.add(picture("a"), 0);
    await vi.advanceTimersByTimeAsync(120_000);
    expect([posted.length, phases()]).toStrictEqual([1, ["refused"]]);
  });

  it("that WeChat refuses is not repeated, and its code is kept for the words", async ({ expect }) => {
    answer = () => Promise.reject(new ApiProblem(502, "channel_refused", { platformCode: "40009" }));
    outbox.add(picture("a"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(posted).toHaveLength(1);
    expect(outbox.store.get()[0]?.phase).toMatchObject({ refusal: { code: "channel_refused", platformCode: "40009" } });
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

describe("a message", () => {
  it("can be taken back for three seconds, then it is sent", async ({ expect }) => {
    outbox.add(text("a"));
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(posted).toStrictEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(posted.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(outbox.takeBack("a")).toBeNull();
  });

  it("that was taken back is never sent", async ({ expect }) => {
    outbox.add(text("a"));
    expect(outbox.takeBack("a")?.id).toBe("a");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(posted).toStrictEqual([]);
  });

  it("is sent at once when the next one is written, and before it", async ({ expect }) => {
    outbox.add(text("a"));
    outbox.add(text("b"));
    await vi.advanceTimersByTimeAsync(0);
    expect(posted.map(({ id }) => id)).toStrictEqual(["a"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(posted.map(({ id }) => id)).toStrictEqual(["a", "b"]);
  });

  it("waits for the one before it in the same conversation only", async ({ expect }) => {
    answer = ({ id }) => (id === "a" ? new Promise(() => {}) : Promise.resolve("x"));
    outbox.add(text("a"), 0);
    outbox.add(text("b"), 0);
    outbox.add(text("c", "c", conversationId(2)), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(posted.map(({ id }) => id)).toStrictEqual(["a", "c"]);
  });

  it("without an answer is sent again with the same id", async ({ expect }) => {
    let tries = 0;
    answer = () => {
      tries += 1;
      return tries === 1 ? Promise.reject(new ApiProblem(0, "unreachable", {})) : Promise.resolve("out-a");
    };
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(phases()).toStrictEqual(["waiting"]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(posted.map(({ id }) => id)).toStrictEqual(["a", "a"]);
    expect(phases()).toStrictEqual(["accepted"]);
  });

  it("that got no answer is sent again after 2, 4, 8 … 30 s, and at once on a new connection", async ({ expect }) => {
    const times: number[] = [];
    const startedAt = Date.now();
    answer = () => {
      times.push((Date.now() - startedAt) / 1_000);
      return Promise.reject(new ApiProblem(0, "unreachable", {}));
    };
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(95_000);
    expect(times).toStrictEqual([0, 2, 6, 14, 30, 60, 90]);
    outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(times.at(-1)).toBe(95);
  });

  it("and all others wait for the time that a 429 names, also on a new connection", async ({ expect }) => {
    answer = () => Promise.reject(new ApiProblem(429, "rate_limited", {}, 60_000));
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    outbox.add(text("b", "b", conversationId(2)));
    answer = ({ id }) => Promise.resolve(`out-${id}`);
    await vi.advanceTimersByTimeAsync(59_999);
    outbox.resume();
    expect([posted.map(({ id }) => id), phases()]).toStrictEqual([["a"], ["waiting", "waiting"]]);
    await vi.advanceTimersByTimeAsync(1);
    expect([posted.map(({ id }) => id), phases()]).toStrictEqual([
      ["a", "a", "b"],
      ["accepted", "accepted"],
    ]);
  });

  it("waits for the connection", async ({ expect }) => {
    isLive = false;
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([posted.length, phases()]).toStrictEqual([0, ["waiting"]]);
    isLive = true;
    outbox.resume();
    expect(posted).toHaveLength(1);
  });

  it("goes back to the composer when others have acted since", async ({ expect }) => {
    answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(returned.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(outbox.store.get()).toStrictEqual([]);
  });

  it("stays visible instead when it waited for the connection, or when the composer has another text", async ({
    expect,
  }) => {
    answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    isLive = false;
    outbox.add(text("a"), 0);
    isLive = true;
    outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    isComposerEmpty = false;
    outbox.add(text("b"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect([returned, phases()]).toStrictEqual([[], ["refused", "refused"]]);
    expect([...listFailed(outbox.store.get())]).toStrictEqual([conversationId(1)]);
  });

  it("between two others that waited stays visible like them", async ({ expect }) => {
    answer = () => Promise.reject(new ApiProblem(409, "stale", {}));
    isLive = false;
    for (const id of ["a", "b", "c"]) outbox.add(text(id));
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    isLive = true;
    outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect([returned, phases()]).toStrictEqual([[], ["refused", "refused", "refused"]]);
  });

  it("that waited for the connection is sent once and separately from the next one", async ({ expect }) => {
    isLive = false;
    outbox.add(text("a"));
    outbox.add(text("b"));
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(phases()).toStrictEqual(["waiting", "waiting"]);
    isLive = true;
    outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(posted.map(({ content }) => content)).toStrictEqual([
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ]);
  });

  it("that is refused stays with its reason, and the next one is sent", async ({ expect }) => {
    answer = ({ id }) =>
      id === "a" ? Promise.reject(new ApiProblem(409, "taken", { name: "小李" })) : Promise.resolve("out-b");
    outbox.add(text("a"), 0);
    outbox.add(text("b"), 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.store.get()[0]?.phase).toStrictEqual({ name: "refused", refusal: { code: "taken", name: "小李" } });
    expect(posted.map(({ id }) => id)).toStrictEqual(["a", "b"]);
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

describe("after a reload", () => {
  it("a message without an answer is sent again with its id", async ({ expect }) => {
    isLive = false;
    outbox.add(text("a", "您好"), 0);
    outbox = create();
    isLive = true;
    outbox.resume();
    await vi.advanceTimersByTimeAsync(0);
    expect(posted.map(({ id, content }) => [id, content])).toStrictEqual([["a", { type: "text", text: "您好" }]]);
  });

  it("a refused message is still there, with its reason", async ({ expect }) => {
    const refusal = { code: "channel_refused", platformCode: "45047" };
    answer = () => Promise.reject(new ApiProblem(502, refusal.code, refusal));
    outbox.add(text("a", "您好"), 0);
    answer = () => Promise.reject(new ApiProblem(409, "taken", { name: "小李" }));
    outbox.add(text("b", "在的", conversationId(2)), 0);
    await vi.advanceTimersByTimeAsync(0);
    outbox = create();
    outbox.resume();
    expect(posted).toHaveLength(2);
    expect(outbox.store.get().map(({ phase }) => phase)).toStrictEqual([
      { name: "refused", refusal },
      { name: "refused", refusal: { code: "taken", name: "小李" } },
    ]);
  });

  it("a message that is older than ten minutes is not sent by itself, and says so", async ({ expect }) => {
    isLive = false;
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(10 * 60_000 + 1);
    outbox = create();
    isLive = true;
    outbox.resume();
    expect([posted, returned]).toStrictEqual([[], []]);
    expect(outbox.store.get()[0]?.phase).toStrictEqual({ name: "refused", refusal: { code: "not_in_time" } });
  });

  it("accepted messages are removed, and invalid entries are ignored", async ({ expect }) => {
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(0);
    outbox = create();
    expect(outbox.store.get()).toStrictEqual([]);
    for (const broken of ["{", "3", '[{"id":1}]', '[null,{"content":{}}]']) {
      kept.setItem(`edge-kefu.unsent.${WANG}`, broken);
      expect(create().store.get()).toStrictEqual([]);
    }
  });
});
