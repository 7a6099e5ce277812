/**
 * The events about a user that share the push URL: wire → model, one entry an event (WECHAT.md §3.1, §3.2). Every other
 * name is an account event, so a new one of those needs no entry.
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
import { writeRaw } from "../../../shared/message/raw.ts";
import type { FieldReader } from "../wechat/push/fields.ts";
import { isWireFields, type WireFields } from "../wechat/push/wire.ts";

/** An event about a user. */
type UserEvent = ControlEvent | EnterAction | OtherAction | ReceiptEvent | RevocationEvent;

/** Builds an event from the common head and its own fields. */
type EventReader = (head: EventHead, fields: FieldReader) => UserEvent;

/** Every known event about a user, by the name on the wire. */
const EVENT_READERS: Readonly<Record<string, EventReader>> = {
  user_enter_tempsession: (head, fields) => ({
    ...head,
    event: "action",
    type: "enter",
    entryText: fields.text("SessionFrom"),
  }),
  subscribe_msg_popup_event: choice("SubscribeMsgPopupEvent"),
  subscribe_msg_change_event: choice("SubscribeMsgChangeEvent"),
  subscribe_msg_sent_event: (head, { raw }) => ({
    ...head,
    event: "receipt",
    type: "other",
    raw: writeRaw(withoutWrapper(raw, "SubscribeMsgSentEvent")),
  }),
  // The user changed the given information; nothing is withdrawn.
  user_info_modified: (head, { raw }) => ({ ...head, event: "action", type: "other", raw: writeRaw(raw) }),
  user_authorization_revoke: (head, { raw }) => ({ ...head, event: "revocation", type: "part", raw: writeRaw(raw) }),
  user_authorization_cancellation: (head, { raw }) => ({
    ...head,
    event: "revocation",
    type: "all",
    raw: writeRaw(raw),
  }),
  kf_create_session: (head, fields) => ({
    ...head,
    event: "control",
    type: "taken",
    agent: fields.text("KfAccount"),
    raw: writeRaw(fields.raw),
  }),
  kf_close_session: (head, fields) => ({
    ...head,
    event: "control",
    type: "ended",
    agent: fields.text("KfAccount"),
    raw: writeRaw(fields.raw),
  }),
  kf_switch_session: (head, fields) => ({
    ...head,
    event: "control",
    type: "taken",
    agent: fields.text("ToKfAccount"),
    from: fields.text("FromKfAccount"),
    raw: writeRaw(fields.raw),
  }),
};

/** The reader of an `Event` of the wire; undefined when it is not a known event about a user. */
export function findEventReader(name: string): EventReader | undefined {
  return ownValue(EVENT_READERS, name);
}

/** The user answered a subscribe popup, or changed a subscription in the settings. */
function choice(wrapper: string): EventReader {
  return (head, { raw }) => ({
    ...head,
    event: "action",
    type: "other",
    raw: writeRaw(withoutWrapper(raw, wrapper)),
  });
}

/** The items of a subscribe event are in an element of its own in XML, at the top in JSON (WECHAT.md §3.2) and in `raw`. */
function withoutWrapper(fields: WireFields, wrapper: string): WireFields {
  const { [wrapper]: inner, ...others } = fields;
  return isWireFields(inner) ? { ...inner, ...others } : fields;
}
