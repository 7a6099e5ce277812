/**
 * A push in our own model: wire fields → `Inbound` (WECHAT.md §3). The names on the wire are used in this module only;
 * the rest of the code uses the model. Types that WeChat adds later become `unknown`, not an error.
 */
import { ownValue } from "../../../shared/base/own-value.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import {
  EVENT_SCOPES,
  type Inbound,
  type InboundHead,
  type UnknownMessage,
  type UserMessage,
  type WireFields,
} from "../../../shared/message/inbound.ts";
import { USER_ID } from "../../../shared/message/user-id.ts";
import { createFieldReader, type FieldProblem, type FieldReader } from "../wechat/push/fields.ts";
import { EVENT_READERS, isKnownEvent } from "./event-readers.ts";

/** Ids and names: printable ASCII. They become parts of keys and names, so their length is bounded. */
const NAME = /^[!-~]{1,128}$/;
/** Seconds, up to the year 5138. */
const SECONDS = /^\d{1,11}$/;
/** Digits; hex, digits and `_` when a cloud function delivers (WECHAT.md §1.5). */
const MSG_ID = /^[\w-]{1,64}$/;
/** Any non-empty text. */
const TEXT = /^[^]+$/;
/** The longest part of an unknown event's name that becomes its type, UTF-16 units. `raw` has all of it. */
const MAX_EVENT_NAME = 128;

/** Builds a message from the common head and its own fields. */
type MessageReader<M extends UserMessage> = (head: InboundHead & { readonly msgId: string }, fields: FieldReader) => M;

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
 * A message needs ToUserName, FromUserName, CreateTime, MsgType, and MsgId when its kind is a known one; the first of
 * them that is missing or of the wrong shape is the problem. An event needs a name, `Event`, and nothing else: what has
 * one is never refused (WECHAT.md §3.2). A damaged event is of an unknown kind.
 *
 * @param fields of the body, or of the decrypted text
 * @param damaged of a message or an event whose text cannot be separated from its fields: what lies between those
 * @returns the message or event, other fields `""` where they are missing; or the reason why it is neither
 */
export function readInbound(fields: WireFields, damaged?: string): Result<Inbound, FieldProblem> {
  const name = createFieldReader(fields, []).optional("Event", TEXT);
  if (name !== "" && !hasMessageType(fields)) return ok(readEvent(fields, name, damaged));
  const message = readMessage(fields, damaged);
  return message.ok || name === "" ? message : ok(toUnknownEvent(readEventHead(fields), name, fields, damaged));
}

/** Whether MsgType says that the push is a message: it has any value but `event`. */
function hasMessageType(fields: WireFields): boolean {
  const type = createFieldReader(fields, []).optional("MsgType", TEXT);
  return type !== "" && type !== "event";
}

function readMessage(wire: WireFields, damaged: string | undefined): Result<Inbound, FieldProblem> {
  const problems: FieldProblem[] = [];
  const fields = createFieldReader(wire, problems);
  const inbound = readMessageKind(readHead(fields), fields, damaged);
  const [problem] = problems;
  return problem === undefined ? ok(inbound) : err(problem);
}

function readHead(fields: FieldReader): InboundHead {
  const account = fields.required("ToUserName", NAME);
  const openid = fields.required("FromUserName", USER_ID);
  const createdAt = Number(fields.required("CreateTime", SECONDS)) * 1_000;
  const businessId = fields.text("BusinessId");
  return { account, openid, createdAt, ...(businessId === "" ? {} : { businessId }) };
}

function readMessageKind(head: InboundHead, fields: FieldReader, damaged: string | undefined): Inbound {
  const type = fields.required("MsgType", NAME);
  if (type === "event") fields.required("Event", TEXT);
  if (isKnownMessage(type) && damaged === undefined) {
    return MESSAGE_READERS[type]({ ...head, msgId: fields.required("MsgId", MSG_ID) }, fields);
  }
  const harm = damaged === undefined ? {} : { damaged };
  const unknown = { ...head, kind: "unknown", type, raw: fields.raw, ...harm } as const;
  return fields.text("MsgId") === "" ? unknown : { ...unknown, msgId: fields.required("MsgId", MSG_ID) };
}

/**
 * An event with a known name is kept unparsed when it is damaged, its fields have another shape, or it names no user.
 */
function readEvent(wire: WireFields, name: string, damaged: string | undefined): Inbound {
  const head = readEventHead(wire);
  if (damaged !== undefined) return toUnknownEvent(head, name, wire, damaged);
  const problems: FieldProblem[] = [];
  const event = isKnownEvent(name) ? EVENT_READERS[name](head, createFieldReader(wire, problems)) : undefined;
  const isRoutable = event !== undefined && (head.openid !== "" || EVENT_SCOPES[event.kind] === "app");
  return isRoutable && problems.length === 0 ? event : toUnknownEvent(head, name, wire, undefined);
}

function readEventHead(wire: WireFields): InboundHead {
  const fields = createFieldReader(wire, []);
  // Some events are sent by the platform's own user and name the user they are about (WECHAT.md §3.2).
  const namesUser = (ownValue(wire, "OpenID") ?? "") !== "";
  const businessId = fields.optional("BusinessId", TEXT);
  return {
    account: fields.optional("ToUserName", NAME),
    openid: fields.optional(namesUser ? "OpenID" : "FromUserName", USER_ID),
    createdAt: Number(fields.optional("CreateTime", SECONDS)) * 1_000,
    ...(businessId === "" ? {} : { businessId }),
  };
}

function toUnknownEvent(head: InboundHead, name: string, raw: WireFields, damaged: string | undefined): UnknownMessage {
  const type = `event:${name.slice(0, MAX_EVENT_NAME).toWellFormed()}`;
  return { ...head, kind: "unknown", type, raw, ...(damaged === undefined ? {} : { damaged }) };
}

function isKnownMessage(type: string): type is UserMessage["kind"] {
  return Object.hasOwn(MESSAGE_READERS, type);
}
