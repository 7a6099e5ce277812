import { describe, it } from "vitest";
import { foldMessageProgress } from "../../../worker/conversation/core/outbox/message-status.ts";
import { EMPTY_STATE } from "../../../worker/conversation/core/state.ts";
import { converse, must, reply, text } from "../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../support/delivery.ts";

const tooLongALink = `<a href="https://shop.example/${"x".repeat(3_000)}">这里</a>`;

describe("the status of a message", () => {
  it("is followed from the queue to the user", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const first = must(chat.submits(text("一")).lease);
    const second = must(chat.submits(text("二")).message);
    expect(chat.status(first.seq)?.status).toBe("sending");
    expect(chat.status(second)?.status).toBe("queued");
    chat.settles(first, rejected(-1));
    expect(chat.status(first.seq)?.status).toBe("retrying");
    chat.pass(60_000);
    chat.settles(must(chat.wakes()), ACCEPTED);
    expect(chat.status(first.seq)?.status).toBe("sent");
  });

  it("is undefined for a row that is not a message, or a later part", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const message = must(chat.submits(text("好".repeat(1_000))).message);
    expect(chat.status(message)?.parts).toHaveLength(2);
    expect(chat.status(message + 1)).toBeUndefined();
    expect(chat.status(must(chat.log()[0]).seq)).toBeUndefined();
  });

  it("is queued while no other row exists", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    expect(foldMessageProgress(lease.seq, chat.log(), EMPTY_STATE)?.status).toBe("queued");
  });
});

describe("a text that cannot be cut", () => {
  it("is refused from the API and leaves no trace", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    expect(chat.submits(text(tooLongALink))).toMatchObject({ ok: false, reason: "unsplittable" });
    expect(chat.rows("out")).toEqual([]);
  });

  it("is left out of an automatic answer, and the log records it", ({ expect }) => {
    const chat = converse();
    chat.says([reply(tooLongALink, "二")]);
    expect(chat.rows("blocked")[0]?.facts.reason).toBe("unsplittable");
    expect(chat.rows("out")).toHaveLength(1);
  });
});
