/**
 * Invariants of a conversation with sessions for every order of messages, attempts, outcomes and commands, evicted
 * after each step: the promises of the desk, tested on the real core (DESK_PROTOCOL, last section).
 */
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Row } from "../../../../worker/conversation/core/rows.ts";
import { isBegun } from "../../../../worker/conversation/core/session/queued-message.ts";
import { playServed, story, type Step, type Story } from "../../../support/served-stories.ts";

const DAY = 86_400_000;

/** The rows a step wrote. */
const written = ({ chat, rowsBefore }: Step): readonly Row[] => chat.log().slice(rowsBefore);
const rowAt = ({ chat }: Step, seq: number) => chat.log().find((row) => row.seq === seq);
const servedBy = ({ chat }: Step) => {
  const open = chat.state().sessions?.open;
  return open?.status === "serving" ? open.assignee : undefined;
};

/** The steps of a story up to the one that breaks an invariant. */
function findWrong(given: Story, check: (step: Step) => unknown): readonly unknown[] {
  const wrong: unknown[] = [];
  playServed(given, (step) => {
    const found = check(step);
    if (found !== undefined) wrong.push(found);
  });
  return wrong;
}

/** The shortest story that breaks an invariant; null when there is none. `check` returns the broken invariants. */
function findCounterexample(check: (step: Step) => unknown): unknown {
  const { counterexample } = fc.check(
    fc.property(story, (given) => findWrong(given, check).length === 0),
    { numRuns: 200 },
  );
  return counterexample && { story: counterexample[0], wrong: findWrong(counterexample[0], check) };
}

describe("in any order of messages, attempts, outcomes and commands", () => {
  it("the control of the conversation follows the session", ({ expect }) => {
    expect(
      findCounterexample((step) => {
        const { control } = step.chat.state();
        const agent = control.type === "served" ? control.agent : undefined;
        return agent === servedBy(step) ? undefined : { control };
      }),
    ).toBeNull();
  });

  it("each transition is one row and one version, and only they change the version", ({ expect }) => {
    expect(
      findCounterexample((step) => {
        const rows = written(step).flatMap((row) => (row.kind === "session" ? [row.facts.version] : []));
        const before = step.before.sessions?.version ?? 0;
        const isRight = rows.every((version, index) => version === before + index + 1);
        const version = step.chat.state().sessions?.version ?? 0;
        return isRight && version === before + rows.length ? undefined : { before, rows, version };
      }),
    ).toBeNull();
  });

  it("no attempt of automation begins while an agent serves, and none of a former agent's", ({ expect }) => {
    expect(
      findCounterexample((step) => {
        const { lease } = step;
        const row = lease && rowAt(step, lease.seq);
        if (row?.kind !== "out") return undefined;
        const { by, facts, ref } = row;
        const agent = servedBy(step);
        if (by.type === "rule") return agent === undefined ? undefined : { by, agent };
        // The first part of a split message was sent, or may have been: the remaining parts are sent too.
        if (by.type !== "agent" || ref !== null) return undefined;
        return by.id === agent ? undefined : { by, facts, agent };
      }),
    ).toBeNull();
  });

  it("no message waits that must not be sent, queued or held: of automation while an agent serves, of a former agent", ({
    expect,
  }) => {
    expect(
      findCounterexample((step) => {
        if (step.answer?.ok !== true) return undefined;
        const { queue, held } = step.chat.state();
        const agent = servedBy(step);
        const isStray = (owner: string | undefined) => owner !== undefined && owner !== agent;
        const strayed = queue.filter(
          (item) => item.lease === undefined && isStray(item.agent) && !isBegun(queue, item),
        );
        const automatic = agent === undefined ? [] : queue.filter((item) => item.lease === undefined && item.answers);
        const kept = held.filter((message) => isStray(message.agent));
        return strayed.length + automatic.length + kept.length === 0 ? undefined : { strayed, automatic, kept };
      }),
    ).toBeNull();
  });

  it("a user whose message waits is in the queue or with an agent, or automation's answer is in the outbox", ({
    expect,
  }) => {
    expect(
      findCounterexample(({ chat }) => {
        const { sessions, queue } = chat.state();
        const open = sessions?.open;
        if (open?.status !== "bot" || open.waitingSince === null) return undefined;
        return queue.some(({ answers }) => answers === open.lastUserSeq) ? undefined : open;
      }),
    ).toBeNull();
  });

  it("no attempt of a text of the desk's begins after its session has changed or the user has written", ({
    expect,
  }) => {
    expect(
      findCounterexample((step) => {
        const { queue, sessions } = step.chat.state();
        const leased = queue.find(({ seq }) => seq === step.lease?.seq)?.serviceText;
        if (leased === undefined) return undefined;
        const written = step.chat.log().findLast((row) => row.kind === "in")?.seq ?? 0;
        const session = sessions?.open ?? sessions?.closed;
        const isAfterEnd = sessions?.open === null && !["closing", "rating", "thanks"].includes(leased.purpose);
        // A session that an agent opened has no message of the user's yet.
        const isNewest = leased.lastUserSeq === written || written < leased.session;
        const isRight = leased.session === session?.seq && isNewest && !isAfterEnd;
        return isRight ? undefined : { leased, written, session };
      }),
    ).toBeNull();
  });

  it("a queued answer of automation answers a message of the open session", ({ expect }) => {
    expect(
      findCounterexample(({ chat }) => {
        const { sessions, queue } = chat.state();
        const closedUpTo = sessions?.closed?.lastUserSeq ?? 0;
        const stray = queue.filter(
          ({ answers }) => answers !== undefined && ((sessions?.open ?? null) === null || answers <= closedUpTo),
        );
        return sessions === undefined || stray.length === 0 ? undefined : stray;
      }),
    ).toBeNull();
  });

  it("a message leaves an open session in which it is unread, unless it rates the closed one", ({ expect }) => {
    expect(
      findCounterexample((step) => {
        if (step.step.type !== "says") return undefined;
        // While the platform's own agents serve, no session begins.
        if (!step.step.isDesk) return undefined;
        const rows = written(step);
        const { open, closed } = step.chat.state().sessions ?? {};
        if (rows.some(({ kind }) => kind === "rating"))
          return open === null && closed?.score ? undefined : { open, closed };
        const message = rows.find(({ kind }) => kind === "in")?.seq;
        return open?.lastUserSeq === message && open !== undefined && open !== null && open.unread > 0
          ? undefined
          : open;
      }),
    ).toBeNull();
  });

  it("a user counts as answered only when an agent's message, or automation's, was sent or may have been", ({
    expect,
  }) => {
    expect(
      findCounterexample((step) => {
        const [before, after] = [step.before.sessions?.open, step.chat.state().sessions?.open];
        const isSame = before !== null && before !== undefined && before.seq === after?.seq;
        if (!isSame || before.waitingSince === null || after.waitingSince !== null) return undefined;
        const rows = written(step);
        const isAnswered = rows.some(({ kind }) => kind === "sent" || kind === "unconfirmed");
        const isSilent = step.step.type === "says" && step.step.automation === "silent";
        return isAnswered || isSilent ? undefined : { before, rows };
      }),
    ).toBeNull();
  });

  it("no session is closed by an agent or as idle while a message is under way", ({ expect }) => {
    expect(
      findCounterexample((step) => {
        const closing = written(step).find((row) => row.kind === "session" && row.facts.action === "closed");
        if (closing?.kind !== "session") return undefined;
        const { reason } = closing.facts;
        const { queue, held } = step.chat.state();
        if (reason !== "agent" && reason !== "idle") return undefined;
        return queue.length + held.length === 0 ? undefined : { reason, queue, held };
      }),
    ).toBeNull();
  });

  it("a refused command changes no session and sends nothing, and one for another log changes nothing at all", ({
    expect,
  }) => {
    expect(
      findCounterexample((step) => {
        if (step.answer?.ok !== false) return undefined;
        const rows = written(step);
        if (step.answer.refusal.reason === "gone") return rows.length === 0 ? undefined : rows;
        // Due work is done even when the command is refused: an attempt whose Worker ended is closed.
        const isDue = rows.some(({ kind }) => kind === "unconfirmed");
        const own = rows.filter(({ kind }) => kind === "out" || kind === "note" || (kind === "session" && !isDue));
        return own.length === 0 ? undefined : own;
      }),
    ).toBeNull();
  });

  it("a command that is repeated within a day has no further effect", ({ expect }) => {
    expect(
      findCounterexample((step) => {
        const rows = written(step).filter(({ key }) => key?.startsWith("c:") === true);
        const isKnown = ({ seq, key }: Row) =>
          step.chat.log().some((row) => row.key === key && row.seq < seq && row.seq > step.chat.now() - DAY);
        const twice = rows.filter(isKnown);
        return twice.length === 0 ? undefined : twice;
      }),
    ).toBeNull();
  });
});
