/** The channel of mini-program customer messages: receives pushes and acknowledges them (WECHAT.md §1, §3). */
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { Arrival, Channel, ChannelRequest, ChannelResponse, RejectedRequest } from "../channel.ts";
import { ACKNOWLEDGEMENT, sealAcknowledgement, writeFields, type Answer } from "../wechat/acknowledgement.ts";
import { eventKey } from "../wechat/event-key.ts";
import { findCreateTime } from "../wechat/push/create-time.ts";
import { verifyEcho, type PushCredentials } from "../wechat/push/open-push.ts";
import { toRejectedRequest } from "../wechat/push/rejection.ts";
import { classify } from "./classify.ts";
import { receivePush, type ReceivedPush } from "./receive-push.ts";

/** The maximum size of a push, bytes; WeChat documents no maximum, and its pushes have a few KB. */
const MAX_REQUEST_BYTES = 64 * 1024;

/**
 * Opens the channel.
 *
 * @param credentials the credentials of one mini program
 * @param maxAgeMs the maximum difference between now and the signed timestamp of an encrypted push, in both directions;
 * 0: any
 */
export function openMiniProgram(credentials: PushCredentials, maxAgeMs: number): Channel {
  return {
    name: "mini-program",
    maxRequestBytes: MAX_REQUEST_BYTES,
    receive: (request, now) =>
      request.method === "GET" ? verify(request, credentials) : receive(request, credentials, now, maxAgeMs),
    classify,
  };
}

/**
 * Handles the console's URL verification: returns the echostr only if it is signed with the Token. Every error gets the
 * same response.
 */
async function verify(
  { query }: ChannelRequest,
  credentials: PushCredentials,
): Promise<Result<Arrival, RejectedRequest>> {
  const echo = await verifyEcho(query, credentials);
  if (!echo.ok) return err({ status: 403, cause: echo.error.reason, details: {} });
  const response = toResponse({ body: echo.value, contentType: ACKNOWLEDGEMENT.contentType });
  return ok({ events: [], unreadable: [], isVerification: true, acknowledge: async () => response });
}

async function receive(
  { query, body }: ChannelRequest,
  credentials: PushCredentials,
  now: number,
  maxAgeMs: number,
): Promise<Result<Arrival, RejectedRequest>> {
  const push = await receivePush(query, body, credentials, now, maxAgeMs);
  if (push.ok) return ok(await toArrival(push.value, credentials.appid));
  const problem = push.error;
  if (!problem.authentic) return err(toRejectedRequest(problem, credentials.appid));
  const { cause, text } = problem;
  return ok({
    events: [],
    unreadable: [{ cause, text, createdAt: findCreateTime(text) }],
    isVerification: false,
    acknowledge: async () => toResponse(ACKNOWLEDGEMENT),
  });
}

async function toArrival(push: ReceivedPush, account: string): Promise<Arrival> {
  const { event, user, platformAccount, replyContext, keyFields, signedAt, format, seal } = push;
  const key = await eventKey(event, user, keyFields);
  // Only a user's message can be handed over (WECHAT.md §1.8).
  const isMessage = event.event === "message";
  return {
    events: [{ account, user, key, event, signedAt, ...(replyContext !== undefined && { replyContext }) }],
    unreadable: [],
    isVerification: false,
    acknowledge: async (content, now, randomBytes) => {
      if (content === "received" || !isMessage) return toResponse(ACKNOWLEDGEMENT);
      const handover = {
        ToUserName: user,
        FromUserName: platformAccount,
        CreateTime: Math.floor(now / 1_000),
        MsgType: "transfer_customer_service",
      };
      return toResponse(await sealAcknowledgement(writeFields(format, handover), format, seal, now, randomBytes));
    },
  };
}

function toResponse({ body, contentType }: Answer): ChannelResponse {
  return { status: 200, contentType, body };
}
