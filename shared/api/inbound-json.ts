/**
 * The API's form of a user's message or of an event about the user: the content of `in` rows, and of a rule's question
 * to a webhook.
 */
import * as v from "valibot";
import { UNVERIFIED_REASONS } from "../entry/context-token.ts";
import type { InboundAction, InboundMessage } from "../message/inbound.ts";
import { both, named, TimeSchema } from "./schemas.ts";

const eventHead = {
  name: v.pipe(
    v.string(),
    v.description(both("平台的名称：MsgType 或 Event", "the platform's name: MsgType or Event")),
  ),
  createdAt: TimeSchema,
  fields: v.exactOptional(
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(
        both(
          "推送的全部字段，名称与推送中相同，标量一律为文本",
          "the platform's fields under their own names, every scalar as text",
        ),
      ),
    ),
  ),
  damaged: v.exactOptional(
    v.pipe(
      v.string(),
      v.description(
        both(
          "无法完整解析：原文中不在 fields 里的部分；JSON 则为全部原文",
          "present when it cannot be parsed completely: the part that is not in fields, unchanged; for JSON the whole text",
        ),
      ),
    ),
  ),
};
/** The context: the entry point from which the user opened the chat. */
export const contextEntries = {
  label: v.pipe(v.string(), v.description(both("页面提供的显示文本", "the display text provided by the page"))),
  claimed: v.pipe(
    v.nullable(v.looseObject({})),
    v.description(
      both("页面提供的数据，来自用户手机，不可信", "the data provided by the page, from the user's phone, untrusted"),
    ),
  ),
  verified: v.pipe(
    v.nullable(v.looseObject({})),
    v.description(both("商家后台为该用户签名的数据", "the data that the shop's back end signed for this user")),
  ),
  unverifiedReason: v.pipe(
    v.nullable(v.picklist(UNVERIFIED_REASONS)),
    v.description(both("签名未通过校验的原因", "why the signature was not accepted")),
  ),
};

const messageHead = { ...eventHead, event: v.literal("message"), id: v.string() };
const media = {
  mediaId: v.pipe(
    v.string(),
    v.description(both("用 GET /media/:mediaId 下载文件", "download the file with GET /media/:mediaId")),
  ),
  url: v.exactOptional(v.string()),
  thumbMediaId: v.exactOptional(v.string()),
  fileName: v.exactOptional(v.string()),
};

/** A user's messages, by type; the compiler requires all of them. */
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

/** A user's message, or an event about the user. */
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
