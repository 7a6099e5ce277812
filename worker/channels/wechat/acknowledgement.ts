/**
 * The answer to a push. A mini program may only acknowledge, or hand the user over to WeChat's own agent tools; replies
 * are sent by the send API (WECHAT.md §1.6, §1.8).
 */
import type { Acknowledgement, Inbound } from "../../../shared/message/inbound.ts";
import type { WireFormat } from "./push/envelope.ts";
import type { OpenedPush, AcknowledgementSeal } from "./push/received-push.ts";
import { signParts } from "./push/signature.ts";

/** An HTTP answer: status 200 and this. */
export interface Answer {
  readonly body: string;
  readonly contentType: string;
}

/** The push that is answered. */
export interface AnsweredPush extends Pick<OpenedPush, "format" | "seal"> {
  readonly inbound: Inbound;
}

/** A field of an answer: texts become CDATA or JSON strings, numbers are written without quotes. */
type AnswerFields = Readonly<Record<string, string | number>>;

/** The acknowledgement, plain in every mode. */
export const ACKNOWLEDGEMENT: Answer = { body: "success", contentType: "text/plain; charset=utf-8" };
const CONTENT_TYPES: Readonly<Record<WireFormat, string>> = {
  xml: "text/xml; charset=utf-8",
  json: "application/json; charset=utf-8",
};

/**
 * Builds the answer to a push, afresh each time: a repeated push gets the same answer under a new encryption.
 *
 * @param acknowledgement only a user's message can be handed over (WECHAT.md §1.8), so an event always gets `success`
 * @param push the push; the answer has its format and encryption
 * @param now epoch milliseconds
 * @param nonce for the signature of an encrypted answer; the one of the request will do
 * @param random exactly 16 bytes, for an encrypted answer
 * @returns `success` is plain in every mode; a hand-over is encrypted when the push was (WECHAT.md §1.9)
 */
export async function buildAcknowledgement(
  acknowledgement: Acknowledgement,
  push: AnsweredPush,
  now: number,
  nonce: string,
  random: Uint8Array,
): Promise<Answer> {
  const { inbound, format, seal } = push;
  if (acknowledgement !== "handover" || inbound.event !== "message") return ACKNOWLEDGEMENT;
  const seconds = Math.floor(now / 1_000);
  const handOver = write(format, {
    ToUserName: inbound.openid,
    FromUserName: inbound.account,
    CreateTime: seconds,
    MsgType: "transfer_customer_service",
  });
  const body = seal === undefined ? handOver : await wrap(handOver, format, seal, seconds, nonce, random);
  return { body, contentType: CONTENT_TYPES[format] };
}

/** Encrypts an answer and puts it into its signed envelope. */
async function wrap(
  text: string,
  format: WireFormat,
  seal: AcknowledgementSeal,
  seconds: number,
  nonce: string,
  random: Uint8Array,
): Promise<string> {
  const encrypt = await seal.cipher.seal(text, seal.appid, random);
  const signature = await signParts([seal.token, String(seconds), nonce, encrypt]);
  return write(format, { Encrypt: encrypt, MsgSignature: signature, TimeStamp: seconds, Nonce: nonce });
}

function write(format: WireFormat, fields: AnswerFields): string {
  if (format === "json") return JSON.stringify(fields);
  const children = Object.entries(fields).map(([name, value]) => `<${name}>${toXmlText(value)}</${name}>`);
  return `<xml>${children.join("")}</xml>`;
}

/** CDATA cannot contain `]]>`, so this sequence is split over two sections. */
function toXmlText(value: string | number): string {
  return typeof value === "number" ? String(value) : `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
