/**
 * Validates the fields of custom/send (WECHAT.md §4.1–4.3), each with the errcode that the platform returns. A comment
 * marks the errors for which the tables name no code.
 */
import { Buffer } from "node:buffer";
import { isJsonObject, type JsonObject } from "./api-call.ts";
import type { ApiError } from "./errcode.ts";

/** The state a message is checked against. */
export interface SendRules {
  readonly appid: string;
  readonly textUnit: "bytes" | "characters";
  /** Returns whether the picture exists, belongs to the app, and is at most three days old. */
  readonly isUsableMedia: (mediaId: string) => boolean;
}

/** A message with valid fields; whether the user may receive it is checked separately. */
export interface CheckedSend {
  readonly touser: string;
  readonly msgtype: string;
  readonly isAi: boolean;
  /** The visible content: the text, or the object named after the msgtype, as JSON. */
  readonly text: string;
}

const TEXT_LIMIT = 2048;
/** `\uXXXX` in the raw body, except after another backslash (40033). */
const UNICODE_ESCAPE = /(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}/;
/** The opening tag of a link: up to its first `>`, and up to its first `>` outside quotes. */
const LINK_TAGS = [/<a\s[^>]*>/gi, /<a\s(?:"[^"]*"|'[^']*'|[^"'>])*>/gi];
const LINK_APPID = /data-miniprogram-appid\s*=\s*["']?([^"'\s>]*)/gi;
/** WECHAT.md §4.1: types of the same endpoint that only official accounts may send. */
const OFFICIAL_ACCOUNT_TYPES = new Set([
  "voice",
  "video",
  "music",
  "news",
  "mpnews",
  "mpnewsarticle",
  "msgmenu",
  "wxcard",
]);

/** A map and not an object, because a msgtype may have the name of an inherited property, such as `constructor`. */
const PART_CHECKS: ReadonlyMap<string, (part: JsonObject, rules: SendRules) => number | null> = new Map([
  ["text", checkText],
  ["image", (part: JsonObject, rules: SendRules) => checkMedia(part["media_id"], rules)],
  ["link", (part: JsonObject) => (areFilled(part, ["title", "description", "url", "thumb_url"]) ? null : 47001)],
  ["miniprogrampage", checkCard],
]);

/** Validates a body. @returns the message, or the first errcode */
export function checkSend(raw: string, json: JsonObject, rules: SendRules): CheckedSend | ApiError {
  if (UNICODE_ESCAPE.test(raw)) return { errcode: 40033 };
  const { touser, msgtype } = json;
  if (typeof touser !== "string") return { errcode: 47001 };
  if (typeof msgtype !== "string") return { errcode: 40008 };
  const check = PART_CHECKS.get(msgtype);
  // Whether a type gets 40008 or 45162 is unconfirmed; 45162 is known for transfer_customer_service (§1.8).
  if (check === undefined) return { errcode: OFFICIAL_ACCOUNT_TYPES.has(msgtype) ? 40008 : 45162 };
  const part = json[msgtype];
  if (!isJsonObject(part)) return { errcode: 47001 };
  const errcode = check(part, rules) ?? checkExtras(json);
  if (errcode !== null) return { errcode };
  const { content } = part;
  const text = msgtype === "text" && typeof content === "string" ? content : JSON.stringify(part);
  return { touser, msgtype, isAi: isAiMessage(json), text };
}

function checkText(part: JsonObject, rules: SendRules): number | null {
  const { content } = part;
  if (typeof content !== "string") return 47001;
  if (content === "") return 44004;
  const size = rules.textUnit === "bytes" ? Buffer.byteLength(content) : Array.from(content).length;
  if (size > TEXT_LIMIT) return 45002;
  // Unconfirmed: that WeChat answers a link to another mini program with this code.
  return linkedAppids(content).every((appid) => appid === rules.appid) ? null : 40013;
}

/**
 * Returns the AppIDs of the links in a text. §4.2: a link may only lead to this mini program. Unconfirmed: that only an
 * `<a>` tag counts as a link.
 */
function linkedAppids(content: string): readonly string[] {
  const tags = LINK_TAGS.flatMap((tag) => content.match(tag) ?? []);
  return tags.flatMap((tag) => [...tag.matchAll(LINK_APPID)].map(([, appid = ""]) => appid));
}

function checkCard(part: JsonObject, rules: SendRules): number | null {
  if (!areFilled(part, ["title", "pagepath"])) return 47001;
  // §4.1: the card of a mini program opens the same mini program; the errcode is an assumption.
  if (part["appid"] !== undefined && part["appid"] !== rules.appid) return 40013;
  return checkMedia(part["thumb_media_id"], rules);
}

function checkMedia(mediaId: unknown, rules: SendRules): number | null {
  if (typeof mediaId !== "string") return 47001;
  return rules.isUsableMedia(mediaId) ? null : 40007;
}

function checkExtras(json: JsonObject): number | null {
  const { businessid, aimsgcontext, customservice } = json;
  if (businessid !== undefined && typeof businessid !== "string") return 47001;
  if (aimsgcontext !== undefined && !isFlag(aimsgcontext, "is_ai_msg")) return 47001;
  if (customservice === undefined) return null;
  return isJsonObject(customservice) && areFilled(customservice, ["kf_account"]) ? null : 47001;
}

function isFlag(value: unknown, name: string): boolean {
  return isJsonObject(value) && (value[name] === 0 || value[name] === 1);
}

function isAiMessage(json: JsonObject): boolean {
  return isJsonObject(json["aimsgcontext"]) && json["aimsgcontext"]["is_ai_msg"] === 1;
}

/**
 * Returns whether all fields are strings. The platform requires strings; whether an empty string is allowed is not
 * published.
 */
function areFilled(part: JsonObject, names: readonly string[]): boolean {
  return names.every((name) => typeof part[name] === "string");
}
