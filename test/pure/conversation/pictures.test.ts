/** The cursor of stored user pictures: which conversations have it, its cost, and when work is due. */
import { describe, it } from "vitest";
import {
  BATCH_DELAY_MS,
  dueCursors,
  PICTURES_CURSOR,
  syncCursors,
} from "../../../worker/conversation/core/consumer-cursor.ts";
import { listKeepers } from "../../../worker/conversation/core/erasure.ts";
import { followPictures, pictureRetention } from "../../../worker/conversation/core/pictures.ts";
import { nextDue, PRUNE_SLACK_MS } from "../../../worker/conversation/core/schedule.ts";
import type { ConversationState } from "../../../worker/conversation/core/state.ts";
import { converse, must, T0 } from "../../support/conversation.ts";

const DAY = 86_400_000;

const cursorOf = ({ consumers }: ConversationState) => consumers[PICTURES_CURSOR];

/** Returns the state after all pictures so far were stored in the bucket. */
function caughtUp(state: ConversationState): ConversationState {
  const cursor = must(cursorOf(state), "cursor");
  return { ...state, consumers: { [PICTURES_CURSOR]: { ...cursor, after: state.lastSeq } } };
}

describe("a conversation", () => {
  it("without a bucket has no cursor, whatever the user sends", ({ expect }) => {
    const chat = converse();
    chat.shows("m1");
    chat.says([]);
    expect(chat.state().consumers).toEqual({});
  });

  it("with a bucket has none before the first picture, and one from then on", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    chat.says([]);
    expect(chat.state().consumers).toEqual({});
    const before = chat.state().lastSeq;
    chat.pass(1_000);
    chat.shows("m1");
    const { lastSeq, consumers } = chat.state();
    expect(consumers).toEqual({
      pictures: { after: before, tries: 0, since: 0, nextAt: chat.now() + BATCH_DELAY_MS, oldest: lastSeq },
    });
    expect(dueCursors(consumers, lastSeq, chat.now() + BATCH_DELAY_MS)).toEqual(["pictures"]);
  });

  it("keeps the time of a try that waits, whatever is written meanwhile", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    chat.shows("m1");
    const cursor = must(cursorOf(chat.state()));
    chat.pass(5_000);
    chat.shows("m2");
    chat.says([]);
    expect(cursorOf(chat.state())).toEqual(cursor);
  });

  it("loses nothing of its cursor when settings without consumers are read", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    chat.shows("m1");
    const { consumers, lastSeq } = chat.state();
    const listed = { consumers: ["webhook:a"], settingsVersion: 3 };
    expect(syncCursors({ consumers, settingsVersion: 0 }, listed, lastSeq).consumers).toMatchObject({
      ...consumers,
      "webhook:a": { after: lastSeq },
    });
  });
});

describe("after its pictures are stored, a conversation", () => {
  it("moves the cursor with each text, so nothing is due; a further picture is", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    chat.shows("m1");
    const { consumers, lastSeq } = caughtUp(chat.state());
    chat.says([]);
    const [picture, text] = chat.log();
    const now = T0 + 60_000;
    const written = { before: lastSeq, last: lastSeq + 9, now };
    const afterText = followPictures(consumers, { ...written, rows: [must(text)] });
    expect(afterText).toEqual({ pictures: { ...consumers[PICTURES_CURSOR], after: lastSeq + 9 } });
    expect(dueCursors(afterText, lastSeq + 9, now + DAY)).toEqual([]);
    const afterPicture = followPictures(consumers, { ...written, rows: [must(picture)] });
    expect(afterPicture).toMatchObject({ pictures: { after: lastSeq, nextAt: now + BATCH_DELAY_MS } });
    // A newer picture does not change the time of the oldest one.
    expect(afterPicture[PICTURES_CURSOR]?.oldest).toBe(consumers[PICTURES_CURSOR]?.oldest);
  });

  it("is due again when the oldest picture's time is over, within a day", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    chat.shows("m1");
    const state = caughtUp(chat.state());
    const oldest = must(cursorOf(state)?.oldest, "oldest");
    expect(nextDue(state, undefined, 180 * DAY)).toBe(oldest + 90 * DAY + PRUNE_SLACK_MS);
    expect(nextDue(state, undefined, 30 * DAY)).toBe(oldest + 30 * DAY + PRUNE_SLACK_MS);
    // Without a bucket, because its binding was removed, nothing is due.
    expect(nextDue(state, undefined, 180 * DAY, {})).toBeUndefined();
    expect([pictureRetention(180 * DAY), pictureRetention(30 * DAY)]).toEqual([90 * DAY, 30 * DAY]);
  });

  it("is not due before the oldest picture expires when retention is raised after a failed deletion", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    chat.shows("m1");
    const state = caughtUp(chat.state());
    const cursor = must(cursorOf(state), "cursor");
    const oldest = must(cursor.oldest, "oldest");
    const failed = (nextAt: number) => {
      const consumers = { [PICTURES_CURSOR]: { ...cursor, failedDeletion: { tries: 1, nextAt } } };
      return { ...state, consumers };
    };
    const again = oldest + 31 * DAY + 60_000;
    expect(nextDue(failed(again), undefined, 30 * DAY)).toBe(again);
    expect(nextDue(failed(again), undefined, 60 * DAY)).toBe(oldest + 60 * DAY + PRUNE_SLACK_MS);
  });

  it("has its erasure confirmed by the bucket alone when it has no sessions", ({ expect }) => {
    const chat = converse({ keepsPictures: true });
    expect(listKeepers(chat.state())).toEqual([]);
    chat.shows("m1");
    expect(listKeepers(chat.state())).toEqual(["pictures"]);
    const sessions = { version: 0, open: null, closed: null };
    expect(listKeepers({ ...chat.state(), sessions })).toEqual(["desk", "archive", "pictures"]);
    expect(listKeepers({ consumers: {}, sessions })).toEqual(["desk", "archive"]);
  });
});
