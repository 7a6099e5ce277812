/**
 * Sends one message to a robot: signed in the vendor's way when the robot has a secret, with a timeout, without
 * following redirects. The URL contains the robot's key, so neither it nor the text of an answer is logged or returned.
 */
import { err, type Result } from "../../shared/base/result.ts";
import { hmacSha256 } from "../platform/digest.ts";
import { writeLog } from "../platform/logger.ts";
import { postJson, type PostDeps, type PostFailure } from "../platform/post-json.ts";
import { writeAlert, type Alert } from "./core/alert.ts";
import type { AlertFailure } from "./core/reasons.ts";
import type { Robot } from "./core/robot.ts";
import { buildRequest, readAnswer, signingOf, type Signature } from "./core/vendors.ts";

/** The injected dependencies. */
export interface AlertDeps extends PostDeps {
  /** The address of the desk; undefined: messages have no link. */
  readonly deskUrl: string | undefined;
}

/** Timeout of one message, milliseconds. */
const ALERT_TIMEOUT_MS = 5_000;
/** The maximum size of an answer that is read, bytes. */
const MAX_ANSWER_BYTES = 4_096;

/** Sends a message and writes one log line with the outcome. */
export async function sendAlert(deps: AlertDeps, robot: Robot, alert: Alert): Promise<Result<undefined, AlertFailure>> {
  const text = writeAlert(alert, robot.language, deps.deskUrl);
  const { url, body } = buildRequest(robot, text, await sign(robot, deps.now()));
  const posted = await postJson(deps, {
    url,
    body,
    timeoutMs: ALERT_TIMEOUT_MS,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    readsRefusals: true,
  });
  const outcome = posted.ok ? readAnswer(robot.vendor, 200, posted.value) : readFailure(robot, posted.error);
  writeLog("alert", {
    robot: robot.name,
    vendor: robot.vendor,
    type: alert.type,
    outcome: outcome.ok ? "accepted" : outcome.error.reason,
    code: outcome.ok ? undefined : outcome.error.code,
  });
  return outcome;
}

async function sign({ vendor, secret }: Robot, now: number): Promise<Signature | undefined> {
  const signing = secret === undefined ? undefined : signingOf(vendor, secret, now);
  if (signing === undefined) return undefined;
  return { timestamp: signing.timestamp, mac: await hmacSha256(signing.key, signing.content) };
}

function readFailure({ vendor }: Robot, failure: PostFailure): Result<undefined, AlertFailure> {
  const { reason, status, answer = "", retryAfterMs } = failure;
  switch (reason) {
    case "timeout":
    case "network":
      return err({ reason: "unreachable" });
    case "redirected":
    case "url_refused":
      return err({ reason });
    case "answer_too_large":
      return err({ reason: "unreadable_answer" });
    case "gone":
    case "refused":
    case "status": {
      const read = readAnswer(vendor, status ?? 0, answer);
      if (read.ok || retryAfterMs === undefined) return read;
      return err({ ...read.error, retryAfterMs });
    }
  }
}
