/** The typing indicator (客服输入状态), WECHAT.md §5.1: lasts 15 s; sending any message ends it. */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import type { Typing, TypingProblem } from "../../tools.ts";
import { callApi, type ApiDeps } from "./call-api.ts";
import { stringifyRaw } from "./json-body.ts";
import { readAnswer } from "./response.ts";

/** No message was exchanged with the user in the last 30 s. */
const NO_RECENT_MESSAGE = "45080";
/** The indicator is already shown. */
const ALREADY_TYPING = "45081";

/**
 * Creates the typing indicator.
 *
 * @param path the path of the call, which depends on the kind of account
 */
export function createTyping(api: ApiDeps, path: string): Typing {
  return {
    async setTyping({ user, replyContext }, isOn, deadline): Promise<Result<null, TypingProblem>> {
      const body = {
        touser: user,
        command: isOn ? "Typing" : "CancelTyping",
        ...(replyContext === undefined ? {} : { businessid: replyContext }),
      };
      const contentType = "application/json; charset=utf-8";
      const request = { method: "POST", path, contentType, body: stringifyRaw(body), deadline, use: "call" } as const;
      const answer = await callApi(api, request, readAnswer);
      if (answer.ok) return ok(null);
      if (answer.error.result !== "rejected") return answer;
      const { code } = answer.error;
      if (code === ALREADY_TYPING) return ok(null);
      return code === NO_RECENT_MESSAGE ? err({ result: "no_recent_message", code }) : answer;
    },
  };
}
