/** The channel of mini-program customer messages: pushes in, acknowledgements out (WECHAT.md §1, §3). */
import { Buffer } from "node:buffer";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { Arrival, Channel, ChannelRequest, ChannelResponse, RejectedRequest } from "../channel.ts";
import { ACKNOWLEDGEMENT, buildAcknowledgement, type Answer } from "../wechat/acknowledgement.ts";
import { findCreateTime } from "../wechat/push/create-time.ts";
import { verifyEcho, type PushCredentials } from "../wechat/push/open-push.ts";
import { toRejectedRequest } from "../wechat/push/rejection.ts";
import { classify } from "./classify.ts";
import { dedupeKey } from "./dedupe-key.ts";
import { receivePush, type ReceivedPush } from "./receive-push.ts";

/** The largest push read, bytes; WeChat documents no maximum, its own are a few KB. */
const MAX_REQUEST_BYTES = 64 * 1024;
/** Random bytes for an encrypted acknowledgement (WECHAT.md §1.3), and for its nonce. */
const RANDOM_BYTES = 16;

/**
 * Opens the channel.
 *
 * @param credentials of one mini program
 * @param maxAgeMs how far from now the signed timestamp of an encrypted push may be, in both directions; 0: any
 */
export function openMiniProgram(credentials: PushCredentials, maxAgeMs: number): Channel {
  return {
    maxRequestBytes: MAX_REQUEST_BYTES,
    receive: (request, now) =>
      request.method === "GET" ? verify(request, credentials) : receive(request, credentials, now, maxAgeMs),
    classify,
  };
}

/** The console's check of the address: echoes only what is signed with the Token. Whatever is wrong is answered alike. */
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
  if (push.ok) return ok(await toArrival(push.value));
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

async function toArrival({ inbound, signedAt, format, seal }: ReceivedPush): Promise<Arrival> {
  const answered = { inbound, format, ...(seal !== undefined && { seal }) };
  return {
    events: [{ key: await dedupeKey(inbound), event: inbound, signedAt }],
    unreadable: [],
    isVerification: false,
    acknowledge: async (content, now, randomBytes) => {
      // Nearly every push is only received, and that needs neither nonce nor random bytes.
      if (content === "received") return toResponse(ACKNOWLEDGEMENT);
      const nonce = Buffer.from(randomBytes(RANDOM_BYTES)).toString("hex");
      return toResponse(await buildAcknowledgement(content, answered, now, nonce, randomBytes(RANDOM_BYTES)));
    },
  };
}

function toResponse({ body, contentType }: Answer): ChannelResponse {
  return { status: 200, contentType, body };
}
