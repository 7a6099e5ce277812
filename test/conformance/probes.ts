/**
 * Several pushes for one case, and the errors in their answers, by label.
 */
import { isAcknowledged, type Answer } from "./answer.ts";
import { failed, join, ok, say, type Verdict, type Words } from "./case.ts";
import type { Push } from "./push.ts";
import type { Delivered, Meaning, Session } from "./session.ts";
import type { PushFormat } from "./wire.ts";

/** A push with its name in the report. */
export interface Probe {
  readonly label: Words;
  readonly push: Push;
}

/** The maximum number of requests per case to a server that does not answer. */
export const MAX_LOST = 2;
const MAX_TOLD = 6;

/** Probes in every format that the server accepts. */
export function inEachFormat(session: Session, make: (format: PushFormat) => readonly Probe[]): readonly Probe[] {
  return session.formats.flatMap((format) =>
    make(format).map(({ label, push }) => ({
      label: session.formats.length > 1 ? join([label, say(format.toUpperCase())], " ") : label,
      push,
    })),
  );
}

/** Each must be accepted: answered with success, an empty body or a handover. */
export async function mustTake(session: Session, probes: readonly Probe[]): Promise<Verdict> {
  return tell(
    await tryAll(session, probes, "genuine", ({ answer }) => (isAcknowledged(answer) ? undefined : factOf(answer))),
  );
}

/**
 * Unsigned bodies must be rejected where a signature covers the body. In plain mode no signature covers it, so they
 * only must be answered.
 */
export async function mustWithstand(session: Session, probes: readonly Probe[]): Promise<Verdict> {
  if (session.target.mode !== "plain") return mustRefuse(session, probes);
  return tell(
    await tryAll(session, probes, "odd", ({ reply, answer }) =>
      reply.kind === "timeout" ? factOf(answer) : undefined,
    ),
  );
}

/**
 * None may be accepted. A broken connection counts as a rejection. An acknowledgement counts as a rejection only if the
 * list shows that the push was not accepted.
 */
export async function mustRefuse(session: Session, probes: readonly Probe[]): Promise<Verdict> {
  return tell(
    await tryAll(session, probes, "forged", async (delivered) => {
      const fact = acknowledged(delivered);
      const isExcused = isAcknowledged(delivered.answer) && (await session.timesTaken(delivered.push)) === 0;
      return isExcused ? undefined : fact;
    }),
  );
}

/** None may be acknowledged, regardless of the list: an unreadable push would be lost. */
export async function mustNotAcknowledge(session: Session, probes: readonly Probe[]): Promise<Verdict> {
  return tell(await tryAll(session, probes, "forged", acknowledged));
}

function acknowledged({ reply, answer }: Delivered): Words | undefined {
  if (reply.kind === "timeout") return factOf(answer);
  if (!isAcknowledged(answer)) return undefined;
  return join([say("接收了，应答", "taken, answered"), factOf(answer)], " ");
}

/** Each must get an answer that is not a server error. */
export async function mustSurvive(session: Session, probes: readonly Probe[], meaning: Meaning): Promise<Verdict> {
  return tell(
    await tryAll(session, probes, meaning, ({ reply, answer }) => {
      if (reply.kind === "timeout") return factOf(answer);
      return reply.kind === "answer" && reply.status >= 500 ? say(`HTTP ${reply.status}`) : undefined;
    }),
  );
}

/** The errors of each failed probe. */
export async function tryAll(
  session: Session,
  probes: readonly Probe[],
  meaning: Meaning,
  look: (delivered: Delivered) => Words | undefined | Promise<Words | undefined>,
): Promise<readonly Words[]> {
  const wrong: Words[] = [];
  let lost = 0;
  for (const { label, push } of probes) {
    const delivered = await session.deliver(push, meaning);
    const fact = await look(delivered);
    if (fact !== undefined) wrong.push(join([label, fact], ": "));
    if (delivered.reply.kind === "timeout") lost += 1;
    if (lost === MAX_LOST) return [...wrong, say("其余请求没有再发", "the remaining requests were not sent")];
  }
  return wrong;
}

/** An answer in a few words. */
export function factOf(answer: Answer): Words {
  if ("fact" in answer) return answer.fact;
  if (answer.kind === "handover") return say("转客服", "hand-over");
  return answer.kind === "success" ? say("success") : say("空应答", "empty");
}

/** The verdict for a list of errors. */
export function tell(wrong: readonly Words[]): Verdict {
  if (wrong.length === 0) return ok();
  const told = wrong.slice(0, MAX_TOLD);
  const more = wrong.length - told.length;
  return failed(join(more === 0 ? told : [...told, say(`另有 ${more} 处`, `${more} more`)]));
}
