/**
 * A push in our own words: wire fields → `Inbound` (WECHAT.md §3). The only place that knows the names on the wire;
 * past it there is only the model. What WeChat adds without asking becomes `unknown`, not an error.
 */
import type { Inbound, PushHead, UserMessage, WireFields } from "../../shared/inbound.ts";
import { OPENID } from "../../shared/openid.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { EVENT_READERS, isKnownEvent } from "./events.ts";
import { createFieldReader, type FieldProblem, type FieldReader } from "./fields.ts";

/** Ids and names: printable ASCII. They become parts of keys and names, so their length is bounded. */
const NAME = /^[!-~]{1,128}$/;
/** Seconds, up to the year 5138. */
const SECONDS = /^\d{1,11}$/;
/** Digits; hex, digits and `_` when a cloud function delivers (WECHAT.md §1.5). */
const MSG_ID = /^[\w-]{1,64}$/;

/** Makes a message of the common head and the fields beside it. */
type MessageReader<M extends UserMessage> = (head: PushHead & { readonly msgId: string }, fields: FieldReader) => M;

const MESSAGE_READERS = {
  text: (head, fields) => ({ ...head, kind: "text", content: fields.text("Content") }),
  image: (head, fields) => ({
    ...head,
    kind: "image",
    picUrl: fields.text("PicUrl"),
    mediaId: fields.text("MediaId"),
  }),
  miniprogrampage: (head, fields) => ({
    ...head,
    kind: "miniprogrampage",
    title: fields.text("Title"),
    appId: fields.text("AppId"),
    pagePath: fields.text("PagePath"),
    thumbUrl: fields.text("ThumbUrl"),
    thumbMediaId: fields.text("ThumbMediaId"),
  }),
} as const satisfies { [K in UserMessage["kind"]]: MessageReader<Extract<UserMessage, { readonly kind: K }>> };

/**
 * Reads a push.
 *
 * @param fields of the body, or of what was encrypted in it
 * @returns the message or event; or the first field that is missing or of the wrong shape. Needed are ToUserName,
 *   FromUserName, CreateTime, MsgType, `Event` in an event and MsgId in a message of a kind we know; any other field
 *   may be missing, then it is `""`.
 */
export function readInbound(fields: WireFields): Result<Inbound, FieldProblem> {
  const problems: FieldProblem[] = [];
  const reader = createFieldReader(fields, problems);
  const inbound = readKind(readHead(reader), reader);
  const [problem] = problems;
  return problem === undefined ? ok(inbound) : err(problem);
}

function readHead(fields: FieldReader): PushHead {
  const account = fields.required("ToUserName", NAME);
  const sender = fields.required("FromUserName", OPENID);
  // Some events come from the platform's own user and name the user they are about (WECHAT.md §3.2).
  const subject = fields.text("OpenID") === "" ? sender : fields.required("OpenID", OPENID);
  const createdAt = Number(fields.required("CreateTime", SECONDS)) * 1_000;
  const businessId = fields.text("BusinessId");
  return { account, openid: subject, createdAt, ...(businessId === "" ? {} : { businessId }) };
}

function readKind(head: PushHead, fields: FieldReader): Inbound {
  const type = fields.required("MsgType", NAME);
  if (type === "event") return readEvent(head, fields);
  if (isKnownMessage(type)) {
    return MESSAGE_READERS[type]({ ...head, msgId: fields.required("MsgId", MSG_ID) }, fields);
  }
  const unknown = { ...head, kind: "unknown", type, raw: fields.raw } as const;
  return fields.text("MsgId") === "" ? unknown : { ...unknown, msgId: fields.required("MsgId", MSG_ID) };
}

function readEvent(head: PushHead, fields: FieldReader): Inbound {
  const event = fields.required("Event", NAME);
  if (isKnownEvent(event)) return EVENT_READERS[event](head, fields);
  return { ...head, kind: "unknown", type: `event:${event}`, raw: fields.raw };
}

function isKnownMessage(type: string): type is UserMessage["kind"] {
  return Object.hasOwn(MESSAGE_READERS, type);
}
