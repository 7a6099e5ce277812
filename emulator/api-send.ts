/** `/cgi-bin/message/custom/send` and `/cgi-bin/message/custom/business/typing` (WECHAT.md §4, §5.1). */
import { callerOf, readJsonBody, type ApiCall, type ApiOutcome } from "./api-call.ts";
import { usableMedia } from "./api-media.ts";
import type { ApiError } from "./errcode.ts";
import { refusalOf, spend } from "./quota.ts";
import { checkSend } from "./send-check.ts";
import { userKey, type User, type World } from "./world.ts";

/** How long the typing indicator is shown, milliseconds (WECHAT.md §5.1). */
export const TYPING_MS = 15_000;
const EXCHANGE_MS = 30_000;
const OPENID_FORM = /^[\w-]{1,64}$/;
const SENT = { errcode: 0, errmsg: "ok" };

/**
 * Adds a message to the user's chat, counts it against the reply quota and ends the typing indicator. Returns the
 * errcode instead when the fields are invalid, the user cannot receive messages, or no quota is left.
 */
export function sendMessage(world: World, call: ApiCall): ApiOutcome {
  if (call.method !== "POST") return { errcode: 43002 };
  const caller = callerOf(world, call);
  if ("errcode" in caller) return caller;
  const body = readJsonBody(call);
  if ("errcode" in body) return body;
  const { appid } = caller;
  const message = checkSend(body.text, body.json, {
    appid,
    textUnit: world.records.switches.textUnit,
    isUsableMedia: (mediaId) => usableMedia(world, appid, mediaId) !== null,
  });
  if ("errcode" in message) return message;
  const user = receiver(world, appid, message.touser);
  if ("errcode" in user) return user;
  const at = world.now();
  const quota = spend(user.quota, at);
  if (typeof quota === "number") return { errcode: quota };

  user.quota = quota;
  user.exchangedAt = at;
  user.typingUntil = 0; // WECHAT.md §5.1: any message ends the typing indicator
  const { msgtype, text, isAi } = message;
  user.lines = [...user.lines, { from: "service", at, msgtype, body: body.text, text, isAi }];
  return { json: SENT };
}

/**
 * Shows or ends the typing indicator. Showing it needs reply quota, a message in either direction within 30 seconds
 * (45080), and an indicator that is not shown yet (45081).
 */
export function setTyping(world: World, call: ApiCall): ApiOutcome {
  if (call.method !== "POST") return { errcode: 43002 };
  const caller = callerOf(world, call);
  if ("errcode" in caller) return caller;
  const body = readJsonBody(call);
  if ("errcode" in body) return body;
  const { touser, command } = body.json;
  if (typeof touser !== "string") return { errcode: 47001 };
  if (command !== "Typing" && command !== "CancelTyping") return { errcode: 45072 };
  const user = receiver(world, caller.appid, touser);
  if ("errcode" in user) return user;

  if (command === "CancelTyping") {
    user.typingUntil = 0;
    return { json: SENT };
  }
  const now = world.now();
  const errcode = typingRefusal(user, now);
  if (errcode !== null) return { errcode };
  user.typingUntil = now + TYPING_MS;
  return { json: SENT };
}

function typingRefusal(user: User, now: number): number | null {
  const refusal = refusalOf(user.quota, now);
  if (refusal !== null) return refusal;
  if (now - user.exchangedAt >= EXCHANGE_MS) return 45080;
  return now < user.typingUntil ? 45081 : null;
}

/**
 * Returns the recipient: 40003 when the user belongs to another app only or the id is not an openid; 45015 when the
 * user never acted.
 */
function receiver(world: World, appid: string, openid: string): User | ApiError {
  if (!OPENID_FORM.test(openid)) return { errcode: 40003 };
  const known = world.records.users.get(userKey(appid, openid));
  if (known !== undefined) return known;
  const isForeign = [...world.records.users.values()].some((user) => user.openid === openid);
  return { errcode: isForeign ? 40003 : 45015 };
}
