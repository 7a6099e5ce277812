/**
 * Delivers several pushes for one case, and makes a verdict of the answers: each error has the label of its push.
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

/** After this number of timeouts, the remaining pushes of a case are not sent. */
export const MAX_LOST = 2;
const MAX_TOLD = 6;

/** Makes the probes for each format that the server accepts; the labels name the format if there are several. */
export function inEachFormat(session: Session, make: (format: PushFormat) => readonly Probe[]): readonly Probe[] {
  return session.formats.flatMap((format) =>
    make(format).map(({ label, push }) => ({
      label: session.formats.length > 1 ? join([label, say(format.toUpperCase())], " ") : label,
      push,
    })),
  );
}

/** Passes when every push is acknowledged: with `success`, an empty body or a hand-over. */
export async function mustTake(session: Session, probes: readonly Probe[]): Promise<Verdict> {
  return tell(
    await tryAll(session, probes, "genuine", ({ answer }) => (isAcknowledged(answer) ? undefined : factOf(answer))),
  );
}

/**
 * In the encrypted modes, passes when every push is refused: their bodies are not the signed ones. In plain mode, where
 * no signature covers the body, passes when none runs into the timeout.
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
 * Passes when every push is refused. A broken connection is a refusal, a timeout is not; an acknowledgement is one only
 * if the list of accepted messages shows that the push was not accepted.
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

/** As `mustRefuse`, whatever the list shows: WeChat does not repeat what is acknowledged, so the push would be lost. */
export async function mustNotAcknowledge(session: Session, probes: readonly Probe[]): Promise<Verdict> {
  return tell(await tryAll(session, probes, "forged", acknowledged));
}

function acknowledged({ reply, answer }: Delivered): Words | undefined {
  if (reply.kind === "timeout") return factOf(answer);
  if (!isAcknowledged(answer)) return undefined;
  return join([say("接收了，应答", "taken, answered"), factOf(answer)], " ");
}

/** Passes when no push runs into the timeout or is answered with 5xx. */
export async function mustSurvive(session: Session, probes: readonly Probe[], meaning: Meaning): Promise<Verdict> {
  return tell(
    await tryAll(session, probes, meaning, ({ reply, answer }) => {
      if (reply.kind === "timeout") return factOf(answer);
      return reply.kind === "answer" && reply.status >= 500 ? say(`HTTP ${reply.status}`) : undefined;
    }),
  );
}

/**
 * Delivers the pushes one after another.
 *
 * @param look returns the error in an answer, or undefined
 * @returns the errors with their labels, and a note if the last pushes were not sent for `MAX_LOST` timeouts
 */
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

/** Describes an answer in a few words. */
export function factOf(answer: Answer): Words {
  if ("fact" in answer) return answer.fact;
  if (answer.kind === "handover") return say("转客服", "hand-over");
  return answer.kind === "success" ? say("success") : say("空应答", "empty");
}

/** Passes without errors; otherwise fails with the first `MAX_TOLD` of them and the number of the others. */
export function tell(wrong: readonly Words[]): Verdict {
  if (wrong.length === 0) return ok();
  const told = wrong.slice(0, MAX_TOLD);
  const more = wrong.length - told.length;
  return failed(join(more === 0 ? told : [...told, say(`另有 ${more} 处`, `${more} more`)]));
}
