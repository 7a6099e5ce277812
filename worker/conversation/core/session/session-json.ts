/** Converts rows of kind `session` to the form shown by the API: times as ISO texts. Pure. */
import type { SessionFacts } from "./session.ts";
import type { Leg, SessionSums } from "./sums.ts";

/** Returns the `facts` of a session row with the times of its sums as ISO texts. */
export function showSessionFacts({ sums, ...facts }: SessionFacts) {
  return { ...facts, ...(sums && { sums: showSums(sums) }) };
}

function showSums(sums: SessionSums) {
  const { dueAt, requestedAt, assignedAt, turnFrom, lastMessageAt, legs, ...figures } = sums;
  return {
    ...figures,
    dueAt: isoTime(dueAt),
    requestedAt: isoTime(requestedAt),
    assignedAt: isoTime(assignedAt),
    turnFrom: isoTime(turnFrom),
    lastMessageAt: new Date(lastMessageAt).toISOString(),
    legs: legs.map(showLeg),
  };
}

function showLeg({ agent, from, to, firstReplyAt, replies }: Leg) {
  const times = { from: new Date(from).toISOString(), to: isoTime(to), firstReplyAt: isoTime(firstReplyAt) };
  return { agent, ...times, replies };
}

function isoTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
