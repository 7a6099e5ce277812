/** Unsent messages: the undo time, their order, and what happens without an answer or after a refusal. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ApiProblem } from "../../../console/client/api.ts";
import { createDrafts, type KeptTexts, type ServerDraft } from "../../../console/client/drafts.ts";
import { createOutbox, UNDO_MS, type Outbox, type UploadProgress } from "../../../console/client/outbox.ts";
import { listShown, mediaIdOf, withoutArrived, type Unsent } from "../../../console/model/unsent.ts";
import { MAX_DRAFT } from "../../../shared/api/desk/text-limits.ts";
import { rowsOf, sent } from "../../browser/desk/sample-log.ts";
import { conversationId, LOG, WANG } from "../../browser/desk/sample.ts";
import { must } from "../../support/conversation.ts";

class Kept implements KeptTexts {
  readonly texts = new Map<string, string>();
  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    this.texts.set(key, text);
  }
  removeItem(key: string): void {
    this.texts.delete(key);
  }
}

let kept: Kept;
let posted: Unsent[] = [];
let returned: Unsent[] = [];
let answer: (unsent: Unsent, progress: UploadProgress) => Promise<string | null>;
let isLive = true;
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
    onStale: (unsent) => returned.push(unsent),
    onAccepted: () => {},
    onDraft: (unsent) => returned.push(unsent),
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

  it("a message that is older than ten minutes becomes a draft", async ({ expect }) => {
    isLive = false;
    outbox.add(text("a"), 0);
    await vi.advanceTimersByTimeAsync(10 * 60_000 + 1);
    outbox = create();
    expect(returned.map(({ id }) => id)).toStrictEqual(["a"]);
    expect(outbox.store.get()).toStrictEqual([]);
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

describe("a draft", () => {
  const conversation = conversationId(1);
  let saved: (ServerDraft | null)[] = [];
  let onServer: ServerDraft | null = null;
  let isUp = true;
  const drafts = () =>
    createDrafts(WANG, kept, {
      save(_conversation, _log, draft) {
        if (isUp) saved.push(draft);
        return isUp;
      },
      read: () => Promise.resolve(onServer),
    });
  beforeEach(() => {
    saved = [];
    onServer = null;
    isUp = true;
  });

  it("is stored in the browser with each keystroke, separately by agent and conversation", ({ expect }) => {
    const before = drafts();
    before.write(conversation, { ...before.read(conversation, LOG), reply: "您" });
    const after = drafts();
    expect(after.read(conversation, LOG).reply).toBe("您");
    expect(after.read(conversationId(2), LOG).reply).toBe("");
    expect(after.read(conversation, "2-0badcafe").reply).toBe("");
  });

  it("is saved after ten seconds without a keystroke, and at once when the conversation is left", async ({
    expect,
  }) => {
    const current = drafts();
    current.write(conversation, { ...current.read(conversation, LOG), reply: "您好" });
    await vi.advanceTimersByTimeAsync(9_999);
    expect(saved).toStrictEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(saved).toStrictEqual([{ text: "您好", mode: "reply" }]);
    current.write(conversation, { ...current.read(conversation, LOG), reply: "" });
    current.save(conversation);
    expect(saved).toHaveLength(2);
    expect(saved[1]).toBeNull();
  });

  it("of a reply is kept on the server while the agent looks at an empty note", ({ expect }) => {
    const current = drafts();
    current.write(conversation, { ...current.read(conversation, LOG), reply: "给用户", mode: "note" });
    current.save();
    expect(saved).toStrictEqual([{ text: "给用户", mode: "reply" }]);
  });

  it("that is longer than the server takes stays in the browser: sending it would end the connection", ({ expect }) => {
    const current = drafts();
    current.write(conversation, { ...current.read(conversation, LOG), reply: "字".repeat(MAX_DRAFT + 1) });
    current.save();
    expect(saved).toStrictEqual([]);
    expect(drafts().read(conversation, LOG).reply).toHaveLength(MAX_DRAFT + 1);
    current.write(conversation, { ...current.read(conversation, LOG), reply: "字".repeat(MAX_DRAFT) });
    current.save();
    expect(saved).toHaveLength(1);
  });

  it("is saved once there is a connection again", ({ expect }) => {
    isUp = false;
    const current = drafts();
    current.write(conversation, { ...current.read(conversation, LOG), note: "看一下", mode: "note" });
    current.save();
    isUp = true;
    current.save();
    current.save();
    expect(saved).toStrictEqual([{ text: "看一下", mode: "note" }]);
  });

  it("is loaded from another browser, unless there is one here", async ({ expect }) => {
    onServer = { text: "别处写的", mode: "note" };
    const current = drafts();
    await current.fetch(conversation, LOG);
    expect(current.read(conversation, LOG)).toMatchObject({ mode: "note", note: "别处写的", reply: "" });
    current.write(conversation, { ...current.read(conversation, LOG), note: "改过的" });
    await current.fetch(conversation, LOG);
    expect(current.read(conversation, LOG).note).toBe("改过的");
  });
});
