/** Drafts: where and when they are saved. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { createDrafts, type SavedDraft, type ServerDraft } from "../../../console/client/drafts.ts";
import { MAX_DRAFT } from "../../../shared/api/desk/text-limits.ts";
import { conversationId, LOG, WANG } from "../../browser/desk/sample.ts";
import { Kept } from "./kept.ts";

let kept: Kept;

beforeEach(() => {
  vi.useFakeTimers();
  kept = new Kept();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a draft", () => {
  const conversation = conversationId(1);
  let saved: (ServerDraft | null)[] = [];
  let onServer: SavedDraft | null = null;
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

  it("that another tab sent or changed is not the old one here, in the mode that is chosen here", ({ expect }) => {
    const [here, there] = [drafts(), drafts()];
    const key = `edge-kefu.draft.${WANG}.${conversation}`;
    here.write(conversation, { ...here.read(conversation, LOG), reply: "您", mode: "note" });
    there.write(conversation, { ...there.read(conversation, LOG), reply: "您好", mode: "reply" });
    here.notice(key);
    expect(here.read(conversation, LOG)).toMatchObject({ reply: "您好", mode: "note" });
    there.write(conversation, { ...there.read(conversation, LOG), reply: "" });
    here.notice(key);
    expect(here.read(conversation, LOG)).toMatchObject({ reply: "", mode: "note" });
    here.notice(`edge-kefu.draft.${WANG}.${conversationId(2)}`);
    expect(here.store.get().size).toBe(1);
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
    const savedAt = "2026-11-30T08:00:00.000Z";
    onServer = { text: "别处写的", mode: "note", savedAt };
    const current = drafts();
    await current.fetch(conversation, LOG);
    expect(current.read(conversation, LOG)).toMatchObject({
      mode: "note",
      note: "别处写的",
      reply: "",
      savedAt: Date.parse(savedAt),
    });
    current.write(conversation, { ...current.read(conversation, LOG), note: "改过的" });
    await current.fetch(conversation, LOG);
    expect(current.read(conversation, LOG).note).toBe("改过的");
  });

  it("is not stored any more once the agent is not signed in", async ({ expect }) => {
    const current = drafts();
    current.write(conversation, { ...current.read(conversation, LOG), reply: "您" });
    current.save();
    kept.texts.clear();
    current.stop();
    current.write(conversation, { ...current.read(conversation, LOG), reply: "您好" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([kept.length, saved]).toStrictEqual([0, [{ text: "您", mode: "reply" }]]);
  });
});
