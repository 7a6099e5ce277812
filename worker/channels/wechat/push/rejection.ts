/** The log fields of a rejected push: what the operator can do. The response to the caller contains none of them. */
import type { RejectedRequest } from "../../channel.ts";
import type { UnauthenticProblem } from "./received-push.ts";

/**
 * Returns the status, the cause and the log fields of a rejected push.
 *
 * @param appid the app that the URL belongs to
 */
export function toRejectedRequest(problem: UnauthenticProblem, appid: string): RejectedRequest {
  const isIncomplete = problem.reason === "missing_parameter" || problem.reason === "bad_envelope";
  return {
    status: isIncomplete ? 400 : 403,
    cause: problem.reason,
    details: detailsOf(problem, appid),
    ...(problem.reason === "stale" && { stale: { ageMs: problem.ageMs ?? null } }),
  };
}

function detailsOf(problem: UnauthenticProblem, appid: string): Readonly<Record<string, string>> {
  switch (problem.reason) {
    case "push_mode_mismatch": {
      const cure =
        problem.came === "plaintext"
          ? "the WeChat console sends plaintext (its default): choose 安全模式 there, or set WECHAT_PUSH_MODE=plain"
          : "the WeChat console sends encrypted pushes: set WECHAT_PUSH_MODE=secure and the EncodingAESKey";
      return { expected: problem.expected, came: problem.came, cure };
    }
    case "bad_signature":
      return {
        cure: "WECHAT_TOKEN must equal the Token in the WeChat console; during a change set WECHAT_TOKEN_PREVIOUS",
      };
    case "decrypt_failed":
      return { cure: "WECHAT_ENCODING_AES_KEY must equal the EncodingAESKey in the WeChat console" };
    case "wrong_appid":
      return { cure: `the push is for another mini program than ${appid}: check WECHAT_APPID` };
    case "stale":
      return {
        cure: "a captured push was replayed, or a clock is wrong; the limit is WECHAT_PUSH_MAX_AGE_S for encrypted pushes, 300 s for plaintext ones",
      };
    case "missing_parameter":
      return { parameter: problem.name };
    case "bad_envelope":
      return { problem: problem.problem.reason };
  }
}
