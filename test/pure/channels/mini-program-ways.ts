/** The requests of a mini program in every mode and format, for the suite that every channel must pass. */
import type { ChannelRequest, ChannelResponse } from "../../../worker/channels/channel.ts";
import { openMiniProgram } from "../../../worker/channels/mini-program/channel.ts";
import type { WireFormat } from "../../../worker/channels/wechat/push/envelope.ts";
import { textXml, FRAME } from "./frames.ts";
import { APP, decrypt, encrypt } from "./independent-crypt.ts";
import { credentials, envelopePush, plainPush, securePush, type Push } from "./pushes.ts";
import type { Way } from "./receiving-contract.ts";
import { event, EVENTS, message, MESSAGES, MSG_ID, SEVERAL_CHOICES, UNKNOWN_EVENT, type Sample } from "./samples.ts";

const MAX_AGE_MS = 900_000;

/** How a push is built from its content, by mode. */
const MODES = {
  secure: (text: string, format: WireFormat) => securePush(text, format),
  compatible: (text: string, format: WireFormat) => {
    const beside = format === "xml" ? "<MsgType>text</MsgType>" : '"MsgType":"text",';
    return envelopePush(encrypt(APP.aesKey, text, APP.appid), format, {}, beside);
  },
  plain: (text: string) => plainPush(text),
} as const;

/** Every sample; messages with ids of their own. */
const SAMPLES: readonly Sample[] = [
  withId(MESSAGES.image, "101"),
  withId(MESSAGES.miniprogrampage, "102"),
  message("voice", "<MsgId>103</MsgId>", '"MsgId":103', {}),
  ...Object.values(EVENTS),
  SEVERAL_CHOICES,
  UNKNOWN_EVENT,
];

/** Every mode in every format. */
export const WAYS: readonly Way[] = (["secure", "compatible", "plain"] as const).flatMap((mode) =>
  (["xml", "json"] as const).map((format) => createWay(mode, format)),
);

/** A request in the form that the channel receives. */
export function toRequest({ query, body }: Push): ChannelRequest {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return { method: "POST", query: Object.fromEntries(given), body };
}

function createWay(mode: keyof typeof MODES, format: WireFormat): Way {
  const push = (text: string) => toRequest(MODES[mode](text, format));
  return {
    name: `${mode}, ${format}`,
    channel: openMiniProgram(credentials(mode), MAX_AGE_MS),
    message: (id, content) => push(textOf(id, content, format)),
    events: SAMPLES.map((sample) => push(sample[format])),
    twins: [push(choice("accept")[format]), push(choice("reject")[format])],
    unreadable: (text) =>
      push(format === "xml" ? `<xml><Content>${text}</Content></xml>` : JSON.stringify({ Content: text })),
    forge: (request) => ({ ...request, query: { ...request.query, nonce: "forged" } }),
    open,
  };
}

function withId(sample: Sample, id: string): Sample {
  return { ...sample, xml: sample.xml.replace(MSG_ID, id), json: sample.json.replace(MSG_ID, id) };
}

function choice(status: string): Sample {
  return event(
    "subscribe_msg_popup_event",
    `<SubscribeMsgPopupEvent><List><Id>1</Id><Status>${status}</Status></List></SubscribeMsgPopupEvent>`,
    `"List":[{"Status":"${status}","Id":1}]`,
    {},
  );
}

function textOf(id: string, content: string, format: WireFormat): string {
  if (format === "xml") return textXml(content).replace(FRAME.msgId, id);
  const { account, openid, seconds } = FRAME;
  return JSON.stringify({
    ToUserName: account,
    FromUserName: openid,
    CreateTime: seconds,
    MsgType: "text",
    Content: content,
    MsgId: id,
  });
}

function open({ body }: ChannelResponse): string {
  const [, encrypted] = /Encrypt(?:><!\[CDATA\[|":")([\w+/=]+)/.exec(body) ?? [];
  return encrypted === undefined ? body : decrypt(APP.aesKey, encrypted).text;
}
