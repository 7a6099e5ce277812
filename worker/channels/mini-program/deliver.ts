/**
 * Sending one message to a user: our model → the wire of custom/send (WECHAT.md §4.1), and the outcome → `Delivery`.
 */
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Deliver, SendAttempt, Target } from "../channel.ts";
import { callApi, type CallDeps } from "../wechat/api/call-api.ts";
import { stringifyRaw } from "../wechat/api/json-body.ts";
import { readAnswer, type JsonObject } from "../wechat/api/response.ts";
import { judgeCode } from "../wechat/judge-code.ts";

// WECHAT.md §4 and §5.1: `custom/business/…` is right for typing only.
const SEND_PATH = "/cgi-bin/message/custom/send";

/**
 * Creates the function that sends messages. With the second request of `callApi` after a refused token, each call is still
 * one attempt.
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

/** The exact request body. WeChat accepts no id of a send. */
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
