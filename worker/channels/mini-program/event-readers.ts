/**
 * The events that share the push URL: wire → model, one entry an event (WECHAT.md §3.1, §3.2). A new event is a kind
 * in `shared/message/inbound.ts` and an entry here; the compiler requires both.
 */
import type {
  AgentSessionEvent,
  OtherEvent,
  PushEvent,
  InboundHead,
  SubscribeChoice,
  SubscribeChoiceEvent,
  SubscribeSentEvent,
  UserInfoEvent,
} from "../../../shared/message/inbound.ts";
import type { FieldReader } from "../wechat/push/fields.ts";

/** Builds an event from the common head and its own fields. */
type EventReader<E extends PushEvent> = (head: InboundHead, fields: FieldReader) => E;

/** Every known event, by the name on the wire, which is its kind. */
export const EVENT_READERS = {
  user_enter_tempsession: (head, fields) => ({
    ...head,
    kind: "user_enter_tempsession",
    sessionFrom: fields.text("SessionFrom"),
  }),
  debug_demo: (head, fields) => ({ ...head, kind: "debug_demo", debugStr: fields.text("debug_str"), raw: fields.raw }),
  subscribe_msg_popup_event: subscribeChoice("subscribe_msg_popup_event", "SubscribeMsgPopupEvent"),
  subscribe_msg_change_event: subscribeChoice("subscribe_msg_change_event", "SubscribeMsgChangeEvent"),
  subscribe_msg_sent_event: (head, fields) => ({
    ...head,
    kind: "subscribe_msg_sent_event",
    items: subscribeItems(fields, "SubscribeMsgSentEvent").map(toSentItem),
  }),
  user_info_modified: userInfo("user_info_modified"),
  user_authorization_revoke: userInfo("user_authorization_revoke"),
  user_authorization_cancellation: userInfo("user_authorization_cancellation"),
  kf_create_session: agentSession("kf_create_session"),
  kf_close_session: agentSession("kf_close_session"),
  kf_switch_session: agentSession("kf_switch_session"),
  wxa_media_check: (head, fields) => ({
    ...head,
    kind: "wxa_media_check",
    traceId: fields.text("trace_id"),
    suggest: fields.nested("result").text("suggest"),
    label: fields.nested("result").text("label"),
    errcode: fields.text("errcode"),
    raw: fields.raw,
  }),
  wxa_punish_event: (head, fields) => ({
    ...head,
    kind: "wxa_punish_event",
    eventType: fields.text("event_type"),
    punishId: fields.text("punish_id"),
    reason: fields.text("illegal_reason"),
    raw: fields.raw,
  }),
  wxa_comment_bad_score: (head, fields) => ({
    ...head,
    kind: "wxa_comment_bad_score",
    commentId: fields.nested("result").text("comment_id"),
    raw: fields.raw,
  }),
  notify_service_msg_send_result: other("notify_service_msg_send_result"),
  trade_manage_remind_access_api: other("trade_manage_remind_access_api"),
  trade_manage_remind_shipping: other("trade_manage_remind_shipping"),
  trade_manage_order_settlement: other("trade_manage_order_settlement"),
  add_express_path: other("add_express_path"),
  xpay_goods_deliver_notify: other("xpay_goods_deliver_notify"),
  xpay_coin_pay_notify: other("xpay_coin_pay_notify"),
  secvod_upload_event: other("secvod_upload_event"),
  secvod_audit_event: other("secvod_audit_event"),
} as const satisfies { [K in PushEvent["kind"]]: EventReader<PushEvent & { readonly kind: K }> };

/** Whether an `Event` of the wire is a known one. */
export function isKnownEvent(event: string): event is PushEvent["kind"] {
  return Object.hasOwn(EVENT_READERS, event);
}

/** The user's answers to a subscribe popup, or a change in the settings. */
function subscribeChoice<K extends SubscribeChoiceEvent["kind"]>(
  kind: K,
  wrapper: string,
): EventReader<SubscribeChoiceEvent & { readonly kind: K }> {
  return (head, fields) => ({ ...head, kind, items: subscribeItems(fields, wrapper).map(toChoice) });
}

/** The items of a subscribe event: in XML inside an element of its own, in JSON at the top (WECHAT.md §3.2). */
function subscribeItems(fields: FieldReader, wrapper: string): readonly FieldReader[] {
  return (Object.hasOwn(fields.raw, wrapper) ? fields.nested(wrapper) : fields).list("List");
}

function toChoice(item: FieldReader): SubscribeChoice {
  const popupScene = item.text("PopupScene");
  return {
    templateId: item.text("TemplateId"),
    status: item.text("SubscribeStatusString"),
    ...(popupScene === "" ? {} : { popupScene }),
  };
}

function toSentItem(item: FieldReader): SubscribeSentEvent["items"][number] {
  return {
    templateId: item.text("TemplateId"),
    msgId: item.text("MsgID"),
    errorCode: item.text("ErrorCode"),
    errorStatus: item.text("ErrorStatus"),
  };
}

/** The user's information or authorisation changed. */
function userInfo<K extends UserInfoEvent["kind"]>(kind: K): EventReader<UserInfoEvent & { readonly kind: K }> {
  return (head, fields) => ({
    ...head,
    kind,
    appId: fields.text("AppID"),
    revokeInfo: fields.text("RevokeInfo"),
    pluginId: fields.text("PluginID"),
    openPid: fields.text("OpenPID"),
  });
}

/** An agent of WeChat's own tools accepted, closed or transferred the session. */
function agentSession<K extends AgentSessionEvent["kind"]>(
  kind: K,
): EventReader<AgentSessionEvent & { readonly kind: K }> {
  return (head, fields) => {
    const toAgent = fields.text("ToKfAccount");
    // kf_switch_session has From and To instead (WECHAT.md §3.2).
    const agent = fields.text(toAgent === "" ? "KfAccount" : "FromKfAccount");
    return { ...head, kind, agent, ...(toAgent === "" ? {} : { toAgent }) };
  };
}

/** An event of another WeChat product. */
function other<K extends OtherEvent["kind"]>(kind: K): EventReader<OtherEvent & { readonly kind: K }> {
  return (head, fields) => ({ ...head, kind, raw: fields.raw });
}
