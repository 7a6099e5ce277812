/**
 * Builds the answer to a push: `success`, or a text in the format and with the encryption of the push (WECHAT.md §1.9).
 * The channel determines the text.
 */
import { Buffer } from "node:buffer";
import type { WireFormat } from "./push/envelope.ts";
import type { AcknowledgementSeal } from "./push/received-push.ts";
import { signParts } from "./push/signature.ts";

/** The content of an HTTP response with status 200. */
export interface Answer {
  readonly body: string;
  readonly contentType: string;
}

/** The acknowledgement: plaintext in every mode. */
export const ACKNOWLEDGEMENT: Answer = { body: "success", contentType: "text/plain; charset=utf-8" };
const CONTENT_TYPES: Readonly<Record<WireFormat, string>> = {
  xml: "text/xml; charset=utf-8",
  json: "application/json; charset=utf-8",
};
/** The number of random bytes in an encrypted answer (WECHAT.md §1.3), and in its nonce. */
const RANDOM_BYTES = 16;

/**
 * Builds an answer with a text, encrypted anew on each call.
 *
 * @param text the text in the format of the push, from `writeFields`
 * @param seal the seal of the push; undefined: the push was plaintext, and the answer is too
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

/** Serialises the fields of an answer: texts as CDATA or JSON strings, numbers without quotes. */
export function writeFields(format: WireFormat, fields: Readonly<Record<string, string | number>>): string {
  if (format === "json") return JSON.stringify(fields);
  const children = Object.entries(fields).map(([name, value]) => `<${name}>${toXmlText(value)}</${name}>`);
  return `<xml>${children.join("")}</xml>`;
}

/** Returns a value as XML: a text as CDATA, with each `]]>`, which CDATA cannot contain, split over two sections. */
function toXmlText(value: string | number): string {
  return typeof value === "number" ? String(value) : `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
}
