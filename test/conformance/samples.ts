/**
 * Makes the fields of pushes as the documents show them (WECHAT.md §3.1, §3.2), with invented values.
 */
import { nowSeconds, type MessageFields, type PushFields } from "./push.ts";
import type { Session } from "./session.ts";
import type { PushFormat, WireTree } from "./wire.ts";

/** A push by name. */
export type Sample = readonly [name: string, fields: PushFields];

type Maker = Pick<Session, "target" | "newUser" | "newMsgId">;

/** Makes the fields of a text message; from a new user unless one is given. */
export function textFields(session: Maker, content: string, openid = session.newUser()): MessageFields {
  return { ...head(session, openid), MsgType: "text", Content: content, MsgId: session.newMsgId() };
}

/** Makes the fields of an event; of a new user unless one is given. */
export function eventFields(session: Maker, event: string, fields: WireTree, openid = session.newUser()): PushFields {
  return { ...head(session, openid), MsgType: "event", Event: event, ...fields };
}

/** Makes each kind of message that a mini program's user can send, and the event of entering. */
export function messageSamples(session: Maker): readonly Sample[] {
  const openid = session.newUser();
  const message = (type: string, fields: WireTree): MessageFields => ({
    ...head(session, openid),
    MsgType: type,
    ...fields,
    MsgId: session.newMsgId(),
  });
  return [
    ["user_enter_tempsession", eventFields(session, "user_enter_tempsession", { SessionFrom: "conformance" }, openid)],
    ["text", message("text", { Content: "你好" })],
    ["text, BusinessId", message("text", { Content: "你好", BusinessId: 1 })],
    ["image", message("image", { PicUrl: "https://mmbiz.qpic.cn/mmbiz_png/a/0", MediaId: "conformance-media" })],
    [
      "miniprogrampage",
      message("miniprogrampage", {
        Title: "标题",
        AppId: session.target.appid,
        PagePath: "pages/index/index?a=1",
        ThumbUrl: "https://mmbiz.qpic.cn/mmbiz_png/b/0",
        ThumbMediaId: "conformance-thumb",
      }),
    ],
  ];
}

/** Makes the documented events that WeChat sends to the URL of the messages. */
export function eventSamples(session: Maker, format: PushFormat): readonly Sample[] {
  const openid = session.newUser();
  const popup = { TemplateId: "conformance", SubscribeStatusString: "accept", PopupScene: quoted(0, format) };
  const sent = {
    TemplateId: "conformance",
    MsgID: quoted(1_864_323_726, format),
    ErrorCode: quoted(0, format),
    ErrorStatus: "success",
  };
  const events: Readonly<Record<string, WireTree>> = {
    debug_demo: { debug_str: "hello world" },
    subscribe_msg_popup_event: subscribed("SubscribeMsgPopupEvent", [popup, popup], format),
    subscribe_msg_change_event: subscribed(
      "SubscribeMsgChangeEvent",
      [{ TemplateId: "conformance", SubscribeStatusString: "reject" }],
      format,
    ),
    subscribe_msg_sent_event: subscribed("SubscribeMsgSentEvent", [sent], format),
    wxa_media_check: {
      appid: session.target.appid,
      trace_id: "conformance",
      version: 2,
      errcode: 0,
      errmsg: "ok",
      result: { suggest: "pass", label: 100 },
      detail: [{ strategy: "content_model", errcode: 0, suggest: "pass", label: 100, prob: 90 }],
    },
    user_authorization_revoke: {
      OpenID: openid,
      AppID: session.target.appid,
      RevokeInfo: "1",
      PluginID: "",
      OpenPID: "",
    },
  };
  return Object.entries(events).map(([name, fields]) => {
    const event = eventFields(session, name, fields, openid);
    // Subscribe events in JSON have their numbers quoted, CreateTime too (WECHAT.md §1.5).
    const isQuoted = format === "json" && name.startsWith("subscribe_");
    return [name, isQuoted ? { ...event, CreateTime: String(event.CreateTime) } : event];
  });
}

function head(session: Maker, openid: string) {
  return { ToUserName: session.target.account, FromUserName: openid, CreateTime: nowSeconds() };
}

function quoted(value: number, format: PushFormat): string | number {
  return format === "json" ? String(value) : value;
}

/**
 * Builds `List` (WECHAT.md §3.2): in XML inside `wrapper`; in JSON at the top level, an object instead of an array if
 * it has one item.
 */
function subscribed(wrapper: string, items: readonly WireTree[], format: PushFormat): WireTree {
  if (format === "xml") return { [wrapper]: { List: items } };
  const [first] = items;
  return { List: items.length === 1 && first !== undefined ? first : items };
}
