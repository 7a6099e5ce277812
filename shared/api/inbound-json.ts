/**
 * What a user sent, or an event about the user, as the API returns it: the content of `in` rows, and of a rule's question
 * to a webhook.
 */
import * as v from "valibot";
import { UNVERIFIED_REASONS } from "../entry/context-token.ts";
import type { InboundAction, InboundMessage } from "../message/inbound.ts";
import { both, named, TimeSchema } from "./schemas.ts";

const eventHead = {
  name: v.pipe(
    v.string(),
    v.description(both("平台所用的名称（MsgType 或 Event）", "what the platform calls it: MsgType or Event")),
  ),
  createdAt: TimeSchema,
  fields: v.exactOptional(
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(
        both(
          "推送的各字段，名称与推送中相同，标量一律为文本",
          "what the platform said under its own names, every scalar as a text",
        ),
      ),
    ),
  ),
  damaged: v.exactOptional(
    v.pipe(
      v.string(),
      v.description(
        both(
          "无法完整读出：不在 fields 里的部分的原文；JSON 为全部原文",
          "it cannot be read as a whole: what of it is not in fields, unchanged; of JSON the whole text",
        ),
      ),
    ),
  ),
};
/** The place a user came from. */
export const contextEntries = {
  label: v.pipe(v.string(), v.description(both("页面写给人看的说明", "what the page wrote for people"))),
  claimed: v.pipe(
    v.nullable(v.looseObject({})),
    v.description(both("页面所说，来自用户手机，不可信", "what the page says, from the user's phone, untrusted")),
  ),
  verified: v.pipe(
    v.nullable(v.looseObject({})),
    v.description(both("商家后台签名的内容", "what the shop's back end signed for this user")),
  ),
  unverifiedReason: v.pipe(
    v.nullable(v.picklist(UNVERIFIED_REASONS)),
    v.description(both("有签名但未通过的原因", "why its signed token was not accepted")),
  ),
};

const messageHead = { ...eventHead, event: v.literal("message"), id: v.string() };
const media = {
  mediaId: v.pipe(v.string(), v.description(both("用 GET /media/:mediaId 取文件", "GET /media/:mediaId has it"))),
  url: v.exactOptional(v.string()),
  thumbMediaId: v.exactOptional(v.string()),
  fileName: v.exactOptional(v.string()),
};

/** What a user sent, by type; the compiler requires all of them. */
const messages = {
  text: v.strictObject({ ...messageHead, type: v.literal("text"), content: v.string() }),
  "menu-choice": v.strictObject({
    ...messageHead,
    type: v.literal("menu-choice"),
    content: v.string(),
    choice: v.string(),
  }),
  image: v.strictObject({ ...messageHead, type: v.literal("image"), ...media }),
  voice: v.strictObject({ ...messageHead, type: v.literal("voice"), ...media }),
  video: v.strictObject({ ...messageHead, type: v.literal("video"), ...media }),
  file: v.strictObject({ ...messageHead, type: v.literal("file"), ...media }),
  location: v.strictObject({
    ...messageHead,
    type: v.literal("location"),
    latitude: v.number(),
    longitude: v.number(),
    label: v.string(),
  }),
  link: v.strictObject({
    ...messageHead,
    type: v.literal("link"),
    title: v.string(),
    description: v.string(),
    url: v.string(),
  }),
  card: v.strictObject({
    ...messageHead,
    type: v.literal("card"),
    title: v.string(),
    appId: v.string(),
    pagePath: v.string(),
    thumbUrl: v.exactOptional(v.string()),
    thumbMediaId: v.exactOptional(v.string()),
  }),
  unknown: v.strictObject({ ...messageHead, type: v.literal("unknown") }),
} as const satisfies Record<InboundMessage["type"], v.GenericSchema>;

const actionHead = { ...eventHead, event: v.literal("action") };
const scene = v.exactOptional(v.string());

/** User actions, by type. */
const actions = {
  enter: v.strictObject({
    ...actionHead,
    type: v.literal("enter"),
    entryText: v.string(),
    scene,
    context: v.strictObject(contextEntries),
  }),
  follow: v.strictObject({ ...actionHead, type: v.literal("follow"), scene }),
  scan: v.strictObject({ ...actionHead, type: v.literal("scan"), scene: v.string() }),
  menu: v.strictObject({ ...actionHead, type: v.literal("menu"), item: v.string() }),
  other: v.strictObject({ ...actionHead, type: v.literal("other") }),
} as const satisfies Record<InboundAction["type"], v.GenericSchema>;

/** What a user sent, or an event about the user. */
export const InboundJsonSchema = named(
  "Inbound",
  v.variant("event", [
    v.variant("type", [
      messages.text,
      messages["menu-choice"],
      messages.image,
      messages.voice,
      messages.video,
      messages.file,
      messages.location,
      messages.link,
      messages.card,
      messages.unknown,
    ]),
    v.variant("type", [actions.enter, actions.follow, actions.scan, actions.menu, actions.other]),
    v.strictObject({
      ...eventHead,
      event: v.literal("control"),
      type: v.picklist(["taken", "ended"]),
      agent: v.string(),
      from: v.exactOptional(v.string()),
    }),
    v.strictObject({
      ...eventHead,
      event: v.literal("receipt"),
      type: v.picklist(["delivered", "read", "failed", "other"]),
      code: v.exactOptional(v.string()),
    }),
    v.strictObject({ ...eventHead, event: v.literal("recall"), type: v.literal("message"), messageId: v.string() }),
    v.strictObject({ ...eventHead, event: v.literal("revocation"), type: v.picklist(["all", "part"]) }),
    v.strictObject({ ...eventHead, event: v.literal("account-event"), type: v.literal("other") }),
  ]),
);
