/** The figures of a session, in cases that are easy to compute wrongly. */
import { describe, it } from "vitest";
import {
  addAutomaticReply,
  addReply,
  addRequest,
  addUserMessage,
  addWait,
  beginLeg,
  emptySums,
  endLeg,
  MAX_LEGS,
  type Measuring,
  type SessionSums,
} from "../../../../worker/conversation/core/session/sums.ts";
import { MINUTE, T0 } from "../../../support/sessions.ts";

/** Half of each interval is within business hours; a turn may take five minutes. */
const MEASURING: Measuring = { businessMs: (from, to) => (to - from) / 2, turnLimitMs: 5 * MINUTE };
const at = (minutes: number) => T0 + minutes * MINUTE;
const took = (minutes: number) => ({ clockMs: minutes * MINUTE, businessMs: (minutes * MINUTE) / 2 });

/** Applies changes one after another. */
const sumsOf = (...changes: readonly ((sums: SessionSums) => SessionSums)[]) =>
  changes.reduce((sums, change) => change(sums), emptySums(T0));
const writes = (minutes: number) => (sums: SessionSums) => addUserMessage(sums, at(minutes));
const asks = (minutes: number) => (sums: SessionSums) => addRequest(sums, at(minutes));
const leg = (agent: string, minutes: number) => (sums: SessionSums) => beginLeg(sums, agent, at(minutes));
const replies = (minutes: number) => (sums: SessionSums) =>
  addReply(sums, { at: at(minutes), isAnswered: true }, MEASURING);

describe("the first response", () => {
  it("counts from the request, not from the messages to the bot", ({ expect }) => {
    const sums = sumsOf(writes(0), asks(10), leg("a", 12), replies(13));
    expect(sums.firstResponse).toEqual(took(3));
  });

  it("counts from the first message after the request when none was waiting", ({ expect }) => {
    expect(sumsOf(asks(0), leg("a", 1), writes(20), replies(22)).firstResponse).toEqual(took(2));
  });

  it("is null without a reply, and when an agent wrote first", ({ expect }) => {
    expect(sumsOf(writes(0), asks(0), leg("a", 1)).firstResponse).toBeNull();
    expect(sumsOf(leg("a", 0), replies(1), writes(5), replies(9)).firstResponse).toBeNull();
  });

  it("stays what it was with later replies, and is never negative when a clock was set back", ({ expect }) => {
    expect(sumsOf(writes(0), asks(0), leg("a", 0), replies(2), writes(3), replies(9)).firstResponse).toEqual(took(2));
    expect(sumsOf(writes(9), asks(9), leg("a", 9), replies(1)).firstResponse).toEqual(took(0));
  });
});

describe("a turn", () => {
  it("begins with the first of several messages and ends with the next reply", ({ expect }) => {
    const sums = sumsOf(leg("a", 0), writes(1), writes(2), writes(3), replies(4), replies(5));
    expect(sums).toMatchObject({ turns: 1, turnTime: took(3), turnFrom: null, userMessages: 3, replies: 2 });
  });

  it("counts for the agent from the time of the assignment", ({ expect }) => {
    expect(sumsOf(writes(0), asks(0), leg("a", 30), replies(32)).turnTime).toEqual(took(2));
  });

  it("is late after the limit of total time", ({ expect }) => {
    expect(sumsOf(leg("a", 0), writes(0), replies(5)).lateTurns).toBe(0);
    expect(sumsOf(leg("a", 0), writes(0), replies(6)).lateTurns).toBe(1);
  });

  it("continues when the user wrote after the reply that was under way", ({ expect }) => {
    const sums = sumsOf(leg("a", 0), writes(1), (before) =>
      addReply(before, { at: at(2), isAnswered: false }, MEASURING),
    );
    expect(sums).toMatchObject({ turns: 0, turnFrom: at(1), replies: 1 });
  });

  it("without a reply stays open", ({ expect }) => {
    expect(sumsOf(leg("a", 0), writes(1))).toMatchObject({ turns: 0, turnFrom: at(1) });
  });

  it("is not ended by an automatic reply", ({ expect }) => {
    const sums = sumsOf(writes(0), (before) => addAutomaticReply(before, at(1)));
    expect(sums).toMatchObject({ turnFrom: at(0), automaticReplies: 1, replies: 0, lastMessageAt: at(1) });
  });
});

describe("waiting", () => {
  it("is summed over stays in the queue, separately for those without an available agent", ({ expect }) => {
    const wait = (since: number, until: number, isOffline: boolean) => (sums: SessionSums) =>
      addWait(sums, { since: at(since), isOffline }, at(until), MEASURING);
    const sums = sumsOf(wait(0, 3, false), wait(10, 14, false), wait(20, 120, true), wait(200, 190, false));
    expect(sums).toMatchObject({ waiting: took(7), waitingOffline: took(100) });
  });
});

describe("legs", () => {
  it("follow one another, with each agent's own first reply", ({ expect }) => {
    const sums = sumsOf(leg("a", 0), replies(1), replies(2), leg("b", 3), replies(7), (before) =>
      endLeg(before, at(9)),
    );
    expect(sums.legs).toEqual([
      { agent: "a", from: at(0), to: at(3), firstReplyAt: at(1), replies: 2 },
      { agent: "b", from: at(3), to: at(9), firstReplyAt: at(7), replies: 1 },
    ]);
    expect(sums.assignedAt).toBe(at(0));
  });

  it("count a reply that was under way when the session changed hands for its author", ({ expect }) => {
    const sums = sumsOf(writes(0), asks(0), leg("a", 1), leg("b", 5), (before) =>
      addReply(before, { at: at(6), isAnswered: true, agent: "a" }, MEASURING),
    );
    expect(sums.legs.map(({ replies, firstReplyAt }) => ({ replies, firstReplyAt }))).toEqual([
      { replies: 1, firstReplyAt: at(6) },
      { replies: 0, firstReplyAt: null },
    ]);
    expect(sums.turnTime).toEqual(took(5));
  });

  it("are limited: a further leg replaces the last one", ({ expect }) => {
    const many = Array.from({ length: MAX_LEGS + 5 }, (_, index) => leg(`a${index}`, index));
    const { legs } = sumsOf(...many);
    expect(legs).toHaveLength(MAX_LEGS);
    expect(legs.at(-1)).toMatchObject({ agent: `a${MAX_LEGS + 4}`, to: null });
  });
});
