/**
 * The end of a long run for the users whom agents serve: once nothing is due any more, the worker is killed and started
 * once more, and must show what it showed before.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Person } from "./cast.ts";
import type { Emulated } from "./emulated.ts";
import type { KefuHost } from "./kefu-host.ts";
import { describeRows, findTextsInClear, findWrongScreens, listAll, readServed } from "./served-books.ts";
import { isServedSettled, judgeServed, type ServedBooks, type ServedViolationKind } from "./served-judge.ts";
import type { Team } from "./team.ts";

/** The results for the users of the desk. */
export interface ServedResult {
  readonly users: number;
  /** The number of sessions that are open at the end. */
  readonly open: number;
  /** The requests of the agents by name, and their outcomes. */
  readonly acts: Readonly<
    Record<string, { readonly accepted: number; readonly refused: number; readonly unknown: number }>
  >;
  /** The number of requests refused because a colleague served the session or had changed it. */
  readonly conflicts: number;
  /** The number of replies that reached WeChat. */
  readonly delivered: number;
  readonly violations: readonly string[];
}

/** The participants of the run. */
export interface ServedStage {
  readonly emulated: Emulated;
  readonly host: KefuHost;
  readonly team: Team;
  readonly people: readonly Person[];
  readonly persistTo: string;
  /** Starts the worker again after a kill. */
  readonly restart: () => Promise<void>;
}

/** The desk gets the report of a session within a minute of the worker's start, by the alarm of its conversation. */
const SETTLE_MS = 240_000;
const STEP_MS = 1_000;
/** The lists are updated after the conversations, so these differences are violations only when they persist. */
const PASSING: ReadonlySet<ServedViolationKind> = new Set([
  "open but in no list",
  "in a list but not open",
  "the list shows another state",
]);
const CONFLICTS: ReadonlySet<string> = new Set(["taken", "session_changed", "session_over"]);

/** Judges everything once nothing is due any more. The agents have stopped; their pages are connected. */
export async function concludeServed(stage: ServedStage): Promise<ServedResult> {
  const { team, people, persistTo, host } = stage;
  const books = await settle(stage);
  const violations = books
    .flatMap((user) => judgeServed(user))
    .map(({ kind, openid, what }) => `${kind}: ${openid} ${what}`);
  violations.push(...(await waitForScreens(team)));
  const before = describeRows(await listAll(team));
  await host.kill();
  const texts = books.flatMap(({ pushes, replies, notes }) =>
    [...pushes, ...replies, ...notes].map(({ mark }) => mark),
  );
  violations.push(...(await findTextsInClear(persistTo, texts)).map((found) => `text in clear: ${found}`));
  await stage.restart();
  if (describeRows(await listAll(team)) !== before) violations.push("the lists differ after a kill and a restart");
  violations.push(...(await waitForScreens(team)));
  return { ...count(team, books), users: people.length, violations };
}

async function settle({ emulated, host, team, people }: ServedStage): Promise<readonly ServedBooks[]> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const books = await readServed(emulated, host, people, team);
    const isSettled = books.every(
      (user) => isServedSettled(user) && !judgeServed(user).some(({ kind }) => PASSING.has(kind)),
    );
    if (isSettled || Date.now() > until) return books;
    await sleep(STEP_MS);
  }
}

/** Pages are updated by frames, so a difference is a violation only when it persists. */
async function waitForScreens({ agents }: Team): Promise<readonly string[]> {
  const until = Date.now() + SETTLE_MS / 8;
  for (;;) {
    const wrong = (await Promise.all(agents.map(findWrongScreens))).flat();
    if (wrong.length === 0 || Date.now() > until) return wrong;
    await sleep(STEP_MS / 4);
  }
}

function count({ commands, replies, notes }: Team, books: readonly ServedBooks[]) {
  const all = [
    ...commands.map(({ name, outcome }) => ({ name: name as string, outcome })),
    ...replies.map(({ outcome }) => ({ name: "reply", outcome })),
    ...notes.map(({ outcome }) => ({ name: "note", outcome })),
  ];
  const acts = [...Map.groupBy(all, ({ name }) => name)].map(([name, made]) => {
    const accepted = made.filter(({ outcome }) => outcome === "accepted").length;
    const unknown = made.filter(({ outcome }) => outcome === "unknown").length;
    return [name, { accepted, unknown, refused: made.length - accepted - unknown }] as const;
  });
  const marks = new Set(replies.map(({ mark }) => mark));
  return {
    acts: Object.fromEntries(acts.toSorted(([one], [other]) => (one < other ? -1 : 1))),
    conflicts: all.filter(({ outcome }) => typeof outcome === "object" && CONFLICTS.has(outcome.refused)).length,
    delivered: books.flatMap(({ delivered }) => delivered).filter(({ text }) => marks.has(text)).length,
    open: books.filter(({ listed }) => listed !== undefined).length,
  };
}
