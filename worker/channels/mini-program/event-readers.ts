/**
 * Parses the events about a user that arrive at the push URL, one entry per event (WECHAT.md §3.1, §3.2). Every other
 * name is an account event, so a new account event needs no entry.
 */
import { ownValue } from "../../../shared/base/own-value.ts";
import type {
  ControlEvent,
  EnterAction,
  EventHead,
  OtherAction,
  ReceiptEvent,
  RevocationEvent,
} from "../../../shared/message/inbound.ts";
import { createFieldReader, type FieldProblem, type FieldReader } from "../wechat/push/fields.ts";
import { isWireFields, type WireFields } from "../wechat/push/wire.ts";

/** An event about a user. */
type UserEvent = ControlEvent | EnterAction | OtherAction | ReceiptEvent | RevocationEvent;

/** How one event is parsed. */
interface EventReader {
  /** Builds the event from the common head and its own fields. */
  readonly read: (head: EventHead, fields: FieldReader) => UserEvent;
  /** Set when the parsed event contains all fields of the push. */
  readonly isComplete?: true;
  /** The element that contains the event's items in XML; in JSON the items are at the top level (WECHAT.md §3.2). */
  readonly wrapper?: string;
}

/** The parsed event. */
interface ReadUserEvent {
  readonly event: UserEvent;
  /** All fields of the event, the same for XML and JSON; absent when `event` contains the whole content. */
  readonly fields?: WireFields;
}

/** Parses another action of the user, such as answering a subscribe popup. */
const readOther: EventReader["read"] = (head) => ({ ...head, event: "action", type: "other" });

/** Every known event about a user, by the platform's name. */
const EVENT_READERS: Readonly<Record<string, EventReader>> = {
  user_enter_tempsession: {
    read: (head, fields) => ({ ...head, event: "action", type: "enter", entryText: fields.text("SessionFrom") }),
    isComplete: true,
  },
  subscribe_msg_popup_event: { read: readOther, wrapper: "SubscribeMsgPopupEvent" },
  subscribe_msg_change_event: { read: readOther, wrapper: "SubscribeMsgChangeEvent" },
  subscribe_msg_sent_event: {
    read: (head) => ({ ...head, event: "receipt", type: "other" }),
    wrapper: "SubscribeMsgSentEvent",
  },
  // The user changed the information they had given; nothing is revoked.
  user_info_modified: { read: readOther },
  user_authorization_revoke: { read: (head) => ({ ...head, event: "revocation", type: "part" }) },
  user_authorization_cancellation: { read: (head) => ({ ...head, event: "revocation", type: "all" }) },
  kf_create_session: {
    read: (head, fields) => ({ ...head, event: "control", type: "taken", agent: fields.text("KfAccount") }),
  },
  kf_close_session: {
    read: (head, fields) => ({ ...head, event: "control", type: "ended", agent: fields.text("KfAccount") }),
  },
  kf_switch_session: {
    read: (head, fields) => ({
      ...head,
      event: "control",
      type: "taken",
      agent: fields.text("ToKfAccount"),
      from: fields.text("FromKfAccount"),
    }),
  },
};

/**
 * Parses an event about a user.
 *
 * @param head the platform's name of the event, and when it happened
 * @returns undefined when the event is not a known one, or one of its fields has another format
 */
export function readUserEvent(head: EventHead, wire: WireFields): ReadUserEvent | undefined {
  const reader = ownValue(EVENT_READERS, head.name);
  if (reader === undefined) return undefined;
  const problems: FieldProblem[] = [];
  const event = reader.read(head, createFieldReader(wire, problems));
  if (problems.length > 0) return undefined;
  return reader.isComplete === true ? { event } : { event, fields: withoutWrapper(wire, reader.wrapper) };
}

function withoutWrapper(fields: WireFields, wrapper: string | undefined): WireFields {
  if (wrapper === undefined) return fields;
  const { [wrapper]: inner, ...others } = fields;
  return isWireFields(inner) ? { ...inner, ...others } : fields;
}
