/**
 * One push of every name as WeChat writes it, in both formats, with the resulting event of our model (WECHAT.md §3).
 * All ids are invented.
 */

import { readRaw } from "../../../shared/message/raw.ts";
import type { ReadEvent } from "../../../worker/channels/mini-program/read-event.ts";

/** The same push in both formats. */
export interface Sample {
  readonly xml: string;
  readonly json: string;
  /** The fields beside the head. */
  readonly says: object;
}

/** What every sample has in its head. */
export const HEAD = {
  platformAccount: "gh_0123456789ab",
  user: "oUser-of_the_Tests_000000001",
  createdAt: 1_760_000_000_000,
};

/** A 64-bit id that a double cannot distinguish from the next one. */
export const MSG_ID = "23637352235060882";

const XML_HEAD = `<ToUserName><![CDATA[${HEAD.platformAccount}]]></ToUserName>
<FromUserName><![CDATA[${HEAD.user}]]></FromUserName>
<CreateTime>1760000000</CreateTime>`;
const JSON_HEAD = `"ToUserName":"${HEAD.platformAccount}","FromUserName":"${HEAD.user}","CreateTime":1760000000`;

/** Writes a message in both formats: children without the head, members without the head. */
export function message(type: string, xml: string, json: string, says: object): Sample {
  return {
    xml: `<xml>${XML_HEAD}\n<MsgType><![CDATA[${type}]]></MsgType>\n${xml}\n</xml>`,
    json: `{${JSON_HEAD},"MsgType":"${type}"${json === "" ? "" : `,${json}`}}`,
    says,
  };
}

/** Writes an event in both formats. */
export function event(name: string, xml: string, json: string, says: object): Sample {
  const member = `"Event":"${name}"${json === "" ? "" : `,${json}`}`;
  return message("event", `<Event><![CDATA[${name}]]></Event>\n${xml}`, member, says);
}

const ID_XML = `<MsgId>${MSG_ID}</MsgId>`;
const ID_JSON = `"MsgId":${MSG_ID}`;

/** Every message type that is parsed. */
export const MESSAGES = {
  text: message(
    "text",
    `<Content><![CDATA[ 你好 😀 <b> &lt; ]]></Content>${ID_XML}`,
    `"Content":" 你好 😀 <b> &lt; ",${ID_JSON}`,
    { event: "message", type: "text", name: "text", id: MSG_ID, content: " 你好 😀 <b> &lt; " },
  ),
  image: message(
    "image",
    `<PicUrl><![CDATA[http://example.com/p?a=1&b=2]]></PicUrl><MediaId><![CDATA[media-1]]></MediaId>${ID_XML}`,
    `"PicUrl":"http:\\/\\/example.com\\/p?a=1&b=2","MediaId":"media-1",${ID_JSON}`,
    {
      event: "message",
      type: "image",
      name: "image",
      id: MSG_ID,
      url: "http://example.com/p?a=1&b=2",
      mediaId: "media-1",
    },
  ),
  miniprogrampage: message(
    "miniprogrampage",
    `${ID_XML}<Title><![CDATA[A card]]></Title><AppId><![CDATA[wx1]]></AppId><PagePath><![CDATA[pages/a?id=1]]></PagePath>
<ThumbUrl><![CDATA[http://example.com/t]]></ThumbUrl><ThumbMediaId><![CDATA[thumb-1]]></ThumbMediaId>`,
    `${ID_JSON},"Title":"A card","AppId":"wx1","PagePath":"pages/a?id=1","ThumbUrl":"http://example.com/t","ThumbMediaId":"thumb-1"`,
    {
      event: "message",
      type: "card",
      name: "miniprogrampage",
      id: MSG_ID,
      title: "A card",
      appId: "wx1",
      pagePath: "pages/a?id=1",
      thumbUrl: "http://example.com/t",
      thumbMediaId: "thumb-1",
    },
  ),
} as const satisfies Record<string, Sample>;

const CHOICE_XML = `<TemplateId><![CDATA[tpl-1]]></TemplateId><SubscribeStatusString><![CDATA[reject]]></SubscribeStatusString>`;
const CHOICE_JSON = `"TemplateId":"tpl-1","SubscribeStatusString":"reject"`;
const USER_INFO_XML = `<OpenID><![CDATA[oSubject]]></OpenID><AppID><![CDATA[wx1]]></AppID>
<RevokeInfo><![CDATA[301]]></RevokeInfo><PluginID><![CDATA[]]></PluginID><OpenPID><![CDATA[]]></OpenPID>`;
const USER_INFO_JSON = `"OpenID":"oSubject","AppID":"wx1","RevokeInfo":"301","PluginID":"","OpenPID":""`;
const USER_INFO_SAYS = {
  user: "oSubject",
  raw: { OpenID: "oSubject", AppID: "wx1", RevokeInfo: "301", PluginID: "" },
};

const ACCOUNT_EVENT = { event: "account-event", type: "other" } as const;

/** An event of another product: with a nested value, which is stored unchanged. */
function other(name: string): Sample {
  return event(
    name,
    `<order_id><![CDATA[4200]]></order_id><detail><state>2</state><note></note></detail>`,
    `"order_id":"4200","detail":{"state":2,"note":null}`,
    {
      ...ACCOUNT_EVENT,
      raw: {
        ToUserName: HEAD.platformAccount,
        FromUserName: HEAD.user,
        CreateTime: "1760000000",
        MsgType: "event",
        Event: name,
        order_id: "4200",
        detail: { state: "2", note: "" },
      },
    },
  );
}

/** Every event that WECHAT.md lists. */
export const EVENTS = {
  user_enter_tempsession: event(
    "user_enter_tempsession",
    `<SessionFrom><![CDATA[page=cart&id=7]]></SessionFrom>`,
    `"SessionFrom":"page=cart&id=7"`,
    { event: "action", type: "enter", entryText: "page=cart&id=7" },
  ),
  debug_demo: event("debug_demo", `<debug_str><![CDATA[hello world]]></debug_str>`, `"debug_str":"hello world"`, {
    ...ACCOUNT_EVENT,
    raw: { debug_str: "hello world" },
  }),
  subscribe_msg_popup_event: event(
    "subscribe_msg_popup_event",
    `<SubscribeMsgPopupEvent><List>${CHOICE_XML}<PopupScene>0</PopupScene></List></SubscribeMsgPopupEvent>`,
    `"List":{${CHOICE_JSON},"PopupScene":"0"}`,
    {
      event: "action",
      type: "other",
      raw: { List: { TemplateId: "tpl-1", SubscribeStatusString: "reject", PopupScene: "0" } },
    },
  ),
  subscribe_msg_change_event: event(
    "subscribe_msg_change_event",
    `<SubscribeMsgChangeEvent><List>${CHOICE_XML}</List></SubscribeMsgChangeEvent>`,
    `"List":{${CHOICE_JSON}}`,
    {
      event: "action",
      type: "other",
      raw: { List: { TemplateId: "tpl-1", SubscribeStatusString: "reject" } },
    },
  ),
  subscribe_msg_sent_event: event(
    "subscribe_msg_sent_event",
    `<SubscribeMsgSentEvent><List><TemplateId><![CDATA[tpl-1]]></TemplateId><MsgID>1700827132819554304</MsgID>
<ErrorCode>0</ErrorCode><ErrorStatus><![CDATA[success]]></ErrorStatus></List></SubscribeMsgSentEvent>`,
    `"List":{"TemplateId":"tpl-1","MsgID":"1700827132819554304","ErrorCode":"0","ErrorStatus":"success"}`,
    {
      event: "receipt",
      type: "other",
      raw: {
        List: { TemplateId: "tpl-1", MsgID: "1700827132819554304", ErrorCode: "0", ErrorStatus: "success" },
      },
    },
  ),
  user_info_modified: event("user_info_modified", USER_INFO_XML, USER_INFO_JSON, {
    ...USER_INFO_SAYS,
    event: "action",
    type: "other",
  }),
  user_authorization_revoke: event("user_authorization_revoke", USER_INFO_XML, USER_INFO_JSON, {
    ...USER_INFO_SAYS,
    event: "revocation",
    type: "part",
  }),
  user_authorization_cancellation: event("user_authorization_cancellation", USER_INFO_XML, USER_INFO_JSON, {
    ...USER_INFO_SAYS,
    event: "revocation",
    type: "all",
  }),
  kf_create_session: event("kf_create_session", `<KfAccount><![CDATA[a@gh]]></KfAccount>`, `"KfAccount":"a@gh"`, {
    event: "control",
    type: "taken",
    agent: "a@gh",
    raw: { KfAccount: "a@gh" },
  }),
  kf_close_session: event("kf_close_session", `<KfAccount><![CDATA[a@gh]]></KfAccount>`, `"KfAccount":"a@gh"`, {
    event: "control",
    type: "ended",
    agent: "a@gh",
    raw: { KfAccount: "a@gh" },
  }),
  kf_switch_session: event(
    "kf_switch_session",
    `<FromKfAccount><![CDATA[a@gh]]></FromKfAccount><ToKfAccount><![CDATA[b@gh]]></ToKfAccount>`,
    `"FromKfAccount":"a@gh","ToKfAccount":"b@gh"`,
    {
      event: "control",
      type: "taken",
      agent: "b@gh",
      from: "a@gh",
      raw: { FromKfAccount: "a@gh", ToKfAccount: "b@gh" },
    },
  ),
  wxa_media_check: event(
    "wxa_media_check",
    `<appid><![CDATA[wx1]]></appid><trace_id><![CDATA[trace-1]]></trace_id><version>2</version><errcode>0</errcode>
<detail><strategy><![CDATA[content_model]]></strategy><errcode>0</errcode><prob>90.5</prob></detail>
<result><suggest><![CDATA[risky]]></suggest><label>20002</label></result>`,
    `"appid":"wx1","trace_id":"trace-1","version":2,"errcode":0,` +
      `"detail":[{"strategy":"content_model","errcode":0,"prob":90.5}],"result":{"suggest":"risky","label":20002}`,
    { ...ACCOUNT_EVENT, raw: { trace_id: "trace-1", errcode: "0", result: { suggest: "risky", label: "20002" } } },
  ),
  wxa_punish_event: event(
    "wxa_punish_event",
    `<event_type>2</event_type><punish_id><![CDATA[p-1]]></punish_id><illegal_reason><![CDATA[ads]]></illegal_reason>
<illegal_content><![CDATA[first]]></illegal_content><illegal_content><![CDATA[second]]></illegal_content>`,
    `"event_type":2,"punish_id":"p-1","illegal_reason":"ads","illegal_content":["first","second"]`,
    {
      ...ACCOUNT_EVENT,
      raw: { event_type: "2", punish_id: "p-1", illegal_reason: "ads", illegal_content: ["first", "second"] },
    },
  ),
  wxa_comment_bad_score: event(
    "wxa_comment_bad_score",
    `<result><comment_id>900719925474099393</comment_id></result>`,
    `"result":{"comment_id":900719925474099393}`,
    { ...ACCOUNT_EVENT, raw: { result: { comment_id: "900719925474099393" } } },
  ),
  notify_service_msg_send_result: other("notify_service_msg_send_result"),
  trade_manage_remind_access_api: other("trade_manage_remind_access_api"),
  trade_manage_remind_shipping: other("trade_manage_remind_shipping"),
  trade_manage_order_settlement: other("trade_manage_order_settlement"),
  add_express_path: other("add_express_path"),
  xpay_goods_deliver_notify: other("xpay_goods_deliver_notify"),
  xpay_coin_pay_notify: other("xpay_coin_pay_notify"),
  secvod_upload_event: other("secvod_upload_event"),
  secvod_audit_event: other("secvod_audit_event"),
} as const satisfies Record<string, Sample>;

const item = (id: number) => ({
  xml: `<List><TemplateId><![CDATA[tpl-${id}]]></TemplateId><SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString><PopupScene>${id}</PopupScene></List>`,
  json: `{"TemplateId":"tpl-${id}","SubscribeStatusString":"accept","PopupScene":"${id}"}`,
});

/** A subscribe event with several items: repeated elements against an array. */
export const SEVERAL_CHOICES: Sample = event(
  "subscribe_msg_popup_event",
  `<SubscribeMsgPopupEvent>${item(1).xml}${item(2).xml}</SubscribeMsgPopupEvent>`,
  `"List":[${item(1).json},${item(2).json}]`,
  {
    event: "action",
    type: "other",
    raw: {
      List: [
        { TemplateId: "tpl-1", SubscribeStatusString: "accept", PopupScene: "1" },
        { TemplateId: "tpl-2", SubscribeStatusString: "accept", PopupScene: "2" },
      ],
    },
  },
);

/** An event that WeChat may add later. */
export const UNKNOWN_EVENT: Sample = event(
  "brand_new_event",
  `<list><id>1</id></list><list><id>2</id></list><one><id>3</id></one><gone></gone>`,
  `"one":[{"id":"3"}],"list":[{"id":1},{"id":2}],"gone":[]`,
  {},
);

/** Every sample with the name it must keep. */
export const ALL_SAMPLES: readonly (readonly [string, string, Sample])[] = [
  ...Object.entries({ ...MESSAGES, ...EVENTS }).map(([name, sample]) => [name, name, sample] as const),
  ["subscribe_msg_popup_event with two items", "subscribe_msg_popup_event", SEVERAL_CHOICES],
];

/** An event and its owner in one record, with the platform's fields parsed, so that it can be compared field by field. */
export function unfold({ event: read, keyFields: _same, ...owner }: ReadEvent) {
  const { raw, ...rest } = read;
  return { ...owner, ...rest, ...(raw !== undefined && { raw: readRaw(raw) }) };
}
