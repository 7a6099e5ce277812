/**
 * The suite: finds out which formats the server accepts, runs every case in order, and reports. A case whose pushes the
 * server would reject in any case is no evidence, so it is not counted as passed.
 */
import { isAcknowledged } from "./answer.ts";
import { say, unseen, type Case, type Level, type Verdict, type Words } from "./case.ts";
import { BODY_CASES } from "./cases/bodies.ts";
import { FORGED_CASES } from "./cases/forged.ts";
import { HALVES_CASES } from "./cases/halves.ts";
import { HANDOVER_CASES } from "./cases/handover.ts";
import { HTTP_CASES } from "./cases/http.ts";
import { OPEN_CASES } from "./cases/open.ts";
import { PUSH_CASES } from "./cases/push.ts";
import { REPEAT_CASES } from "./cases/repeats.ts";
import { TYPED_FIELD_CASES } from "./cases/typed.ts";
import { VERIFY_CASES } from "./cases/verify.ts";
import { buildPush } from "./push.ts";
import { textFields } from "./samples.ts";
import { createSession, type Session, type Settings } from "./session.ts";
import type { PushFormat } from "./wire.ts";

/** Every case in the order of execution: cases that check all exchanges are last. */
export const CASES: readonly Case[] = [
  ...VERIFY_CASES,
  ...PUSH_CASES,
  ...REPEAT_CASES,
  ...HANDOVER_CASES,
  ...OPEN_CASES,
  ...FORGED_CASES,
  ...HALVES_CASES,
  ...TYPED_FIELD_CASES,
  ...BODY_CASES,
  ...HTTP_CASES,
];

/** The cases that run even if a server never answers. */
const ALWAYS: ReadonlySet<string> = new Set(["verify.echo", "push.taken"]);

/** The result of one case. */
export interface Finding {
  readonly id: string;
  readonly level: Level;
  readonly state: Verdict["state"];
  readonly what: Words;
  readonly fact?: Words;
  /** What the failure means for users; absent unless the case failed. */
  readonly means?: Words;
  /** How to fix it; absent unless the case failed. */
  readonly cure?: Words;
  readonly source: string;
}

/** The results of the run. */
export interface Report {
  readonly url: string;
  readonly mode: string;
  readonly formats: readonly PushFormat[];
  /** No MUST failed. */
  readonly ok: boolean;
  readonly requests: number;
  readonly findings: readonly Finding[];
}

/**
 * Runs the suite.
 *
 * @param only the beginnings of ids to run; none: every case
 */
export async function runSuite(settings: Settings, only: readonly string[] = []): Promise<Report> {
  const started = createSession(settings);
  const session = { ...started, formats: await findFormats(started) };
  const findings: Finding[] = [];
  for (const each of CASES) {
    if (only.length > 0 && !only.some((beginning) => each.id.startsWith(beginning))) continue;
    findings.push(toFinding(each, await runCase(each, session)));
  }
  return {
    url: settings.target.url,
    mode: settings.target.mode,
    formats: session.formats,
    ok: !findings.some(({ level, state }) => level === "MUST" && state === "failed"),
    requests: session.exchanges.length,
    findings,
  };
}

/** Returns the formats, of those to try, in which the server accepts a genuine push. */
async function findFormats(session: Session): Promise<readonly PushFormat[]> {
  const formats: PushFormat[] = [];
  for (const format of session.formatsToTry) {
    if (await isFormatTaken(session, format)) formats.push(format);
  }
  return formats;
}

/**
 * Returns whether the server accepts a genuine push in a format. Tries several lengths, so that a server that can
 * remove only some paddings fails only the case `push.pads`. Ends at the first push without an answer.
 */
async function isFormatTaken(session: Session, format: PushFormat): Promise<boolean> {
  for (const length of [0, 8, 16, 24]) {
    const push = buildPush(session.target, format, textFields(session, "x".repeat(length)));
    const { answer } = await session.deliver(push, "first");
    if (isAcknowledged(answer)) return true;
    if (answer.kind === "lost") return false;
  }
  return false;
}

async function runCase(each: Case, session: Session): Promise<Verdict> {
  if (each.modes !== undefined && !each.modes.includes(session.target.mode)) return { state: "inapplicable" };
  if (!ALWAYS.has(each.id) && session.exchanges.every(({ reply }) => reply.kind !== "answer")) {
    return unseen(say("服务没有应答", "the server does not answer"));
  }
  if (session.formats.length === 0 && each.withoutPushes !== true) {
    return unseen(say("服务连真实的推送也不接收", "the server does not accept genuine pushes either"));
  }
  return each.run(session);
}

function toFinding({ id, level, what, means, cure, source }: Case, verdict: Verdict): Finding {
  const fact = verdict.fact === undefined ? {} : { fact: verdict.fact };
  const advice = verdict.state === "failed" ? { means, cure } : {};
  return { id, level, state: verdict.state, what, ...fact, ...advice, source };
}
