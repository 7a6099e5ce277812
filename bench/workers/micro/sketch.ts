/**
 * A simple implementation of receiving a push, as widely published: everything by WebCrypto, key imported for each
 * message, base64 by `atob`, hex and bytes by `Array.from`, a new XML parser for each text. The published code fails
 * for half of the messages, because WebCrypto accepts only paddings of up to 16 bytes and WeChat pads up to 32; here a
 * block that decrypts to 16 bytes of padding is appended, so that WebCrypto removes that.
 */
import { XMLParser } from "fast-xml-parser";
import type { PushQuery } from "../../../worker/channels/wechat/push/open-push.ts";

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest))
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function textAt(fields: unknown, name: string): string {
  const value: unknown = typeof fields === "object" && fields !== null ? Reflect.get(fields, name) : undefined;
  return typeof value === "string" ? value : "";
}

function parse(text: string): unknown {
  const root: unknown = new XMLParser().parse(text);
  return typeof root === "object" && root !== null ? Reflect.get(root, "xml") : undefined;
}

async function decrypt(aesKey: string, encrypted: string): Promise<Uint8Array> {
  const raw = fromBase64(`${aesKey}=`);
  const iv = raw.slice(0, 16);
  const key = await crypto.subtle.importKey("raw", raw, "AES-CBC", false, ["encrypt", "decrypt"]);
  const cipher = fromBase64(encrypted);
  const pad = await crypto.subtle.encrypt({ name: "AES-CBC", iv: cipher.slice(-16) }, key, new Uint8Array(0));
  const whole = new Uint8Array([...cipher, ...new Uint8Array(pad)]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, whole));
}

/** Verifies, decrypts and parses a push. @returns its fields @throws Error for a wrong signature or appid */
export async function sketchReceive(
  query: PushQuery,
  body: string,
  credentials: { readonly appid: string; readonly token: string; readonly aesKey: string },
): Promise<unknown> {
  const encrypted = textAt(parse(body), "Encrypt");
  const parts = [credentials.token, query.timestamp ?? "", query.nonce ?? "", encrypted];
  if ((await sha1(parts.sort().join(""))) !== query.msg_signature) throw new Error("signature");
  const plain = await decrypt(credentials.aesKey, encrypted);
  const end = 20 + new DataView(plain.buffer).getUint32(16);
  const rest = plain.slice(end, plain.length - (plain.at(-1) ?? 0));
  if (new TextDecoder().decode(rest) !== credentials.appid) throw new Error("appid");
  return parse(new TextDecoder().decode(plain.slice(20, end)));
}
