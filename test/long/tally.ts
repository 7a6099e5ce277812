/** Adds up the results of the checks: the figures of a report. Pure. */
import { judge, type Fate, type PersonBooks, type Violation } from "./judge.ts";
import type { Act } from "./plan.ts";

/** The figures of one setting of UNCONFIRMED_RETRY. */
export interface Half {
  readonly messages: number;
  readonly delivered: number;
  /** Messages that a user received twice, each on a row marked `unconfirmed`. */
  readonly duplicates: number;
  readonly unknown: number;
  readonly refused: number;
  readonly waiting: number;
}

/** The figures of a run. */
export interface Tally {
  readonly users: number;
  readonly pushes: number;
  /** Acknowledged by `success` or by a hand-over. */
  readonly acknowledged: number;
  /** No longer retried by WeChat, but in the log: the acknowledgement was lost, not the message. */
  readonly storedUnacknowledged: number;
  readonly requestsAccepted: number;
  /** The number of attempts whose outcome is unknown. */
  readonly unconfirmed: number;
  readonly withRetry: Half;
  readonly withoutRetry: Half;
  readonly violations: readonly Violation[];
}

/** Adds up the records of all users. */
export function tally(people: readonly PersonBooks[]): Tally {
  const judged = people.map((books) => ({ books, ...judge(books) }));
  const pushes = people.flatMap((books) => books.pushes);
  const half = (setting: 0 | 1): Half => {
    const chosen = judged.filter(({ books }) => books.unconfirmedRetry === setting);
    const fates = chosen.flatMap((judgement) => judgement.fates);
    const count = (fate: Fate["fate"]): number => fates.filter((other) => other === fate).length;
    return {
      messages: fates.length,
      delivered: count("delivered"),
      duplicates: sum(chosen.map((judgement) => judgement.duplicates)),
      unknown: count("unknown"),
      refused: count("refused"),
      waiting: count("waiting"),
    };
  };
  return {
    users: people.length,
    pushes: pushes.length,
    acknowledged: pushes.filter(({ outcome }) => outcome === "acknowledged" || outcome === "transferred").length,
    storedUnacknowledged: sum(judged.map((judgement) => judgement.storedUnacknowledged)),
    requestsAccepted: people.flatMap(({ requests }) => requests).filter(({ accepted }) => accepted).length,
    unconfirmed: people.flatMap(({ rows }) => rows).filter(({ kind }) => kind === "unconfirmed").length,
    withRetry: half(1),
    withoutRetry: half(0),
    violations: judged.flatMap((judgement) => judgement.violations),
  };
}

/** Returns the number of stored pushes for each kind of unusual delivery. */
export function countDeliveries(
  people: readonly { readonly books: PersonBooks; readonly acts: readonly Act[] }[],
): Readonly<Record<string, number>> {
  const counts = {
    "同一推送多份齐到 / duplicate storm": 0,
    "事后重复 / repeated later": 0,
    "乱序到达 / out of order": 0,
  };
  for (const { books, acts } of people) {
    for (const act of acts) {
      const seq = act.kind === "request" ? undefined : seqOf(books, act.mark);
      if (act.kind === "request" || seq === undefined) continue;
      if (act.delivery.how === "storm") counts["同一推送多份齐到 / duplicate storm"] += 1;
      if (act.delivery.how === "repeated") counts["事后重复 / repeated later"] += 1;
      const isPassed = acts.some((other) => other !== act && (seqOf(books, other.mark) ?? seq) < seq);
      if (act.delivery.how === "late" && isPassed) counts["乱序到达 / out of order"] += 1;
    }
  }
  return counts;
}

/** The position of a push in the log. */
function seqOf({ rows }: PersonBooks, mark: string): number | undefined {
  return rows.find((row) => row.kind === "in" && "content" in row.content && row.content.content === mark)?.seq;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
