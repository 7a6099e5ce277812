/**
 * Converts a push to our own model: wire fields to the event and its owner (WECHAT.md §3). The platform's field names
 * are used inside `channels/` only; the rest of the code uses the model. Message types that WeChat adds later become
 * `unknown`, not an error.
 */
import { ownValue } from "../../../shared/base/own-value.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { EventHead, InboundEvent, UserMessage } from "../../../shared/message/inbound.ts";
import { writeRaw } from "../../../shared/message/raw.ts";
import { USER_ID } from "../../../shared/message/user-id.ts";
import { createFieldReader, type FieldProblem, type FieldReader } from "../wechat/push/fields.ts";
import type { WireFields } from "../wechat/push/wire.ts";
import { readUserEvent } from "./event-readers.ts";

/** Ids and names: printable ASCII. They become parts of keys and names, so their length is bounded. */
const NAME = /^[!-~]{1,128}$/;
/** Seconds, up to the year 5138. */
const SECONDS = /^\d{1,11}$/;
/** Digits; hex digits and `_` when a cloud function delivers (WECHAT.md §1.5). */
const MSG_ID = /^[\w-]{1,64}$/;
/** Any non-empty text. */
const TEXT = /^[^]+$/;
/** The maximum stored length of an event's name, UTF-16 units; `raw` contains the whole name. */
const MAX_EVENT_NAME = 128;

/** The owner of an event. */
interface Owner {
  /**
   * The user. For a message the sender (FromUserName). For an event the user it is about: `OpenID` if present,
   * otherwise FromUserName, which for some events of the account is the platform's own push account; `""` when the
   * event names none.
   */
  readonly user: string;
  /** The mini program's original id (`gh_…`), ToUserName; `""` in an event without it. */
  readonly platformAccount: string;
  /**
   * The sub-merchant of a shop platform (BusinessId), which a reply must contain; absent for ordinary mini programs.
   */
  readonly replyContext?: string;
}

/** A parsed event with its owner. */
export interface ReadEvent extends Owner {
  readonly event: InboundEvent;
  /** The event's content in addition to the parsed fields, for the event's key (`eventKey`). */
  readonly keyFields?: WireFields;
}

/** The fields of every message. */
type MessageHead = EventHead & { readonly event: "message"; readonly id: string };

/** Builds a message from the common head and its own fields. */
type MessageReader = (head: MessageHead, fields: FieldReader) => UserMessage;

/** The message types that are parsed, by MsgType. */
const MESSAGE_READERS: Readonly<Record<string, MessageReader>> = {
  text: (head, fields) => ({ ...head, type: "text", content: fields.text("Content") }),
  image: (head, fields) => ({ ...head, type: "image", mediaId: fields.text("MediaId"), url: fields.text("PicUrl") }),
  miniprogrampage: (head, fields) => ({
    ...head,
    type: "card",
    title: fields.text("Title"),
    appId: fields.text("AppId"),
    pagePath: fields.text("PagePath"),
    thumbUrl: fields.text("ThumbUrl"),
    thumbMediaId: fields.text("ThumbMediaId"),
  }),
};

/**
 * Parses a push.
 *
 * A message needs ToUserName, FromUserName, CreateTime, MsgType, and MsgId when its type is known; the first of them
 * that is missing or malformed is the problem. An event needs only a name (`Event`): with a name it is never refused
 * (WECHAT.md §3.2). A damaged event is an account event.
 *
 * @param fields the fields of the body, or of the decrypted text
 * @param damaged for a message or event whose text cannot be separated from its fields: the part between the fields
 * @returns the message or event, with `""` for other missing fields; or the reason why it is neither
 */
export function readEvent(fields: WireFields, damaged?: string): Result<ReadEvent, FieldProblem> {
  const name = createFieldReader(fields, []).optional("Event", TEXT);
  if (name !== "" && !hasMessageType(fields)) return ok(readNamedEvent(fields, name, damaged));
  const message = readMessage(fields, damaged);
  return message.ok || name === "" ? message : ok(toAccountEvent(readEventHead(fields, name), fields, damaged));
}

/** Returns whether MsgType identifies the push as a message: it has any value except `event`. */
function hasMessageType(fields: WireFields): boolean {
  const type = createFieldReader(fields, []).optional("MsgType", TEXT);
  return type !== "" && type !== "event";
}

/** The common fields of a push. */
interface PushHead {
  readonly head: EventHead;
  readonly owner: Owner;
}

function readMessage(wire: WireFields, damaged: string | undefined): Result<ReadEvent, FieldProblem> {
  const problems: FieldProblem[] = [];
  const fields = createFieldReader(wire, problems);
  const read = readMessageType(readHead(fields), fields, damaged);
  const [problem] = problems;
  return problem === undefined ? ok(read) : err(problem);
}

function readHead(fields: FieldReader): PushHead {
  const platformAccount = fields.required("ToUserName", NAME);
  const user = fields.required("FromUserName", USER_ID);
  const createdAt = Number(fields.required("CreateTime", SECONDS)) * 1_000;
  const businessId = fields.text("BusinessId");
  const name = fields.required("MsgType", NAME);
  return { head: { name, createdAt }, owner: toOwner(user, platformAccount, businessId) };
}

function toOwner(user: string, platformAccount: string, businessId: string): Owner {
  return { user, platformAccount, ...(businessId === "" ? {} : { replyContext: businessId }) };
}

function readMessageType(push: PushHead, fields: FieldReader, damaged: string | undefined): ReadEvent {
  const { head, owner } = push;
  if (head.name === "event") fields.required("Event", TEXT);
  const read = damaged === undefined ? ownValue(MESSAGE_READERS, head.name) : undefined;
  if (read === undefined && fields.text("MsgId") === "") return toAccountEvent(push, fields.raw, damaged);
  const message = { ...head, event: "message", id: fields.required("MsgId", MSG_ID) } as const;
  if (read !== undefined) return { ...owner, event: read(message, fields) };
  const raw = writeRaw(fields.raw);
  return { ...owner, event: { ...message, type: "unknown", raw, ...(damaged === undefined ? {} : { damaged }) } };
}

/**
 * Parses an event with a name. It becomes an account event when it is not a known user event, names no user, is
 * damaged, or has a field in another format.
 */
function readNamedEvent(wire: WireFields, name: string, damaged: string | undefined): ReadEvent {
  const push = readEventHead(wire, name);
  const { head, owner } = push;
  const read = damaged === undefined && owner.user !== "" ? readUserEvent(head, wire) : undefined;
  if (read === undefined) return toAccountEvent(push, wire, damaged);
  const { event, fields } = read;
  if (fields !== undefined) return { ...owner, event: { ...event, raw: writeRaw(fields) }, keyFields: fields };
  const { replyContext } = owner;
  return { ...owner, event, ...(replyContext !== undefined && { keyFields: { BusinessId: replyContext } }) };
}

function readEventHead(wire: WireFields, name: string): PushHead {
  const fields = createFieldReader(wire, []);
  // Some events are sent by the platform's own push account and name the user they are about (WECHAT.md §3.2).
  const namesUser = (ownValue(wire, "OpenID") ?? "") !== "";
  const owner = toOwner(
    fields.optional(namesUser ? "OpenID" : "FromUserName", USER_ID),
    fields.optional("ToUserName", NAME),
    fields.optional("BusinessId", TEXT),
  );
  const createdAt = Number(fields.optional("CreateTime", SECONDS)) * 1_000;
  return { head: { name: name.slice(0, MAX_EVENT_NAME).toWellFormed(), createdAt }, owner };
}

function toAccountEvent({ head, owner }: PushHead, wire: WireFields, damaged: string | undefined): ReadEvent {
  const harm = damaged === undefined ? {} : { damaged };
  const event = { ...head, event: "account-event", type: "other", raw: writeRaw(wire), ...harm } as const;
  return { ...owner, event, keyFields: wire };
}
