/**
 * The answer to a push: `success`, or a text in the format and under the encryption of the push (WECHAT.md §1.9). The
 * channel decides what the text says.
 */
import { Buffer } from "node:buffer";
import type { WireFormat } from "./push/envelope.ts";
import type { AcknowledgementSeal } from "./push/received-push.ts";
import { signParts } from "./push/signature.ts";

/** An HTTP answer: status 200 and this. */
export interface Answer {
  readonly body: string;
  readonly contentType: string;
}

/** The acknowledgement, plain in every mode. */
export const ACKNOWLEDGEMENT: Answer = { body: "success", contentType: "text/plain; charset=utf-8" };
const CONTENT_TYPES: Readonly<Record<WireFormat, string>> = {
  xml: "text/xml; charset=utf-8",
  json: "application/json; charset=utf-8",
};
/** Random bytes of an encrypted answer (WECHAT.md §1.3), and of its nonce. */
const RANDOM_BYTES = 16;

/**
 * Builds the answer that says a text, afresh each time: a repeated push gets the same text under a new encryption.
 *
 * @param text in the format, by `writeFields`
 * @param seal of the push; undefined: the push was plain, and so is the answer
 * @param now epoch milliseconds
 * @param randomBytes called only when the answer is encrypted
 */
export async function sealAcknowledgement(
  text: string,
  format: WireFormat,
  seal: AcknowledgementSeal | undefined,
  now: number,
  randomBytes: (size: number) => Uint8Array,
): Promise<Answer> {
  const contentType = CONTENT_TYPES[format];
  if (seal === undefined) return { body: text, contentType };
  const seconds = Math.floor(now / 1_000);
  const nonce = Buffer.from(randomBytes(RANDOM_BYTES)).toString("hex");
  const encrypt = await seal.cipher.seal(text, seal.appid, randomBytes(RANDOM_BYTES));
  const signature = await signParts([seal.token, String(seconds), nonce, encrypt]);
  const fields = { Encrypt: encrypt, MsgSignature: signature, TimeStamp: seconds, Nonce: nonce };
  return { body: writeFields(format, fields), contentType };
}

/** Writes the fields of an answer: texts as CDATA or JSON strings, numbers without quotes. */
export function writeFields(format: WireFormat, fields: Readonly<Record<string, string | number>>): string {
  if (format === "json") return JSON.stringify(fields);
  const children = Object.entries(fields).map(([name, value]) => `<${name}>${toXmlText(value)}</${name}>`);
  return `<xml>${children.join("")}</xml>`;
}

/** CDATA cannot contain `]]>`, so this sequence is split over two sections. */
function toXmlText(value: string | number): string {
  return typeof value === "number" ? String(value) : `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
