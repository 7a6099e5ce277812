/**
 * Sends one message to a user: converts it to the request of custom/send (WECHAT.md §4.1), and the outcome to
 * `Delivery`.
 */
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Deliver, SendAttempt, Target } from "../channel.ts";
import { callApi, type CallDeps } from "../wechat/api/call-api.ts";
import { stringifyRaw } from "../wechat/api/json-body.ts";
import { readAnswer, type JsonObject } from "../wechat/api/response.ts";
import { judgeCode } from "../wechat/judge-code.ts";

// WECHAT.md §4 and §5.1: the path with `custom/business/` is valid only for the typing indicator.
const SEND_PATH = "/cgi-bin/message/custom/send";

/**
 * Creates the function that sends messages. A call counts as one attempt, even if `callApi` sends a second request
 * after a refused token.
 *
 * @param deps base address, fetch, clock (epoch ms) and access source
 */
export function createDeliver(deps: CallDeps): Deliver {
  const api = { ...deps, codes: judgeCode };
  return async (target, message, attempt) => {
    const request = {
      method: "POST",
      path: SEND_PATH,
      contentType: "application/json; charset=utf-8",
      body: buildSendBody(target, message, attempt),
      deadline: attempt.deadline,
      use: "send",
      attempt: { id: attempt.id, attempt: attempt.attempt },
    } as const;
    const answer = await callApi(api, request, readAnswer);
    return answer.ok ? { result: "accepted" } : answer.error;
  };
}

/** Returns the exact request body. It has no id of the send, because WeChat accepts none. */
export function buildSendBody(
  { user, replyContext }: Target,
  message: Outbound,
  { isAi }: Pick<SendAttempt, "isAi">,
): string {
  return stringifyRaw({
    touser: user,
    ...toWire(message),
    ...(isAi ? { aimsgcontext: { is_ai_msg: 1 } } : {}),
    ...(replyContext === undefined ? {} : { businessid: replyContext }),
  });
}

function toWire(message: Outbound): JsonObject {
  if (message.type === "text") return { msgtype: "text", text: { content: message.content } };
  if (message.type === "image") return { msgtype: "image", image: { media_id: message.mediaId } };
  if (message.type === "link") {
    const { title, description, url, thumbUrl } = message;
    return { msgtype: "link", link: { title, description, url, thumb_url: thumbUrl } };
  }
  const { title, pagePath, thumbMediaId } = message;
  return { msgtype: "miniprogrampage", miniprogrampage: { title, pagepath: pagePath, thumb_media_id: thumbMediaId } };
}
