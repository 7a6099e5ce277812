/**
 * Converts a user's action to the fields of a push (WECHAT.md §3), and stores the pictures that the fields refer to.
 */
import { fromBase64, imageType, SMALL_PNG } from "./images.ts";
import type { EmulatedApp } from "./model.ts";
import type { PushContent, PushRequest, WireTree } from "./push-model.ts";
import type { Push } from "./push-state.ts";
import type { World } from "./world.ts";

/** Why a push could not be built, as a text for the caller. */
export interface ContentProblem {
  readonly problem: string;
}

/** Builds a push without delivering it, and stores its picture; a problem when the picture is invalid. */
export function createPush(world: World, app: EmulatedApp, request: PushRequest): Push | ContentProblem {
  const specific = specificFields(world, app, request.content);
  if ("problem" in specific) return specific;
  const msgId = isMessage(request.content) ? (request.msgId ?? world.nextMsgId()) : undefined;
  const numbers: WireTree = {
    ...(msgId !== undefined && { MsgId: msgId }),
    ...(request.businessId !== undefined && { BusinessId: request.businessId }),
  };
  return {
    id: world.nextId("p"),
    request,
    appid: app.appid,
    ...(msgId === undefined ? {} : { msgId }),
    createTime: request.createTime ?? Math.floor(world.now() / 1000),
    fields: inOrder(request.content, numbers, specific.fields),
    attempts: [],
    outcome: "held",
    signed: null,
    running: null,
  };
}

/**
 * Returns the fields in the platform's order. MsgId is the last field of a message, as in the official samples (vectors
 * V7 and V8), but in a card it comes before the title (WECHAT.md §3.1). Fields of the request take precedence.
 */
function inOrder(content: PushContent, numbers: WireTree, fields: WireTree): WireTree {
  const { MsgType } = fields;
  const { MsgId } = numbers;
  const isCard = content.kind === "miniprogrampage" && MsgType !== undefined && MsgId !== undefined;
  return { ...(isCard && { MsgType, MsgId }), ...fields, ...numbers, ...fields };
}

/**
 * Returns all fields in the order of the official samples, without those that an event's `omit` names. Fields of the
 * request take precedence over the header fields.
 */
export function allFields(app: EmulatedApp, push: Push, createTime: number): WireTree {
  const { content, openid } = push.request;
  const fields = { ToUserName: app.account, FromUserName: openid, CreateTime: createTime, ...push.fields };
  const omitted: readonly string[] = content.kind === "event" ? (content.omit ?? []) : [];
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !omitted.includes(name)));
}

/** Returns whether the push is a user's message: it has a MsgId, grants sends for 48 hours and may be handed over. */
export function isMessage(content: PushContent): boolean {
  return content.kind !== "enter" && content.kind !== "event";
}

/**
 * Returns whether the push counts as an action of the user, which adds a line to the chat and grants quota: a message
 * or an entry to the chat, without overrides. Other events and overridden pushes do not count.
 */
export function isUserAction(request: PushRequest): boolean {
  const isOverridden = Object.values(request.overrides ?? {}).some((override) => override !== undefined);
  return !isOverridden && request.content.kind !== "event";
}

/** Returns whether the push is forged or misdirected; it is then not retried. */
export function isForged(request: PushRequest): boolean {
  const { signature, receiveId, mode, timestamp } = request.overrides ?? {};
  return [signature, receiveId, mode, timestamp].some((override) => override !== undefined);
}

function specificFields(
  world: World,
  app: EmulatedApp,
  content: PushContent,
): { readonly fields: WireTree } | ContentProblem {
  switch (content.kind) {
    case "text":
      return { fields: { MsgType: "text", Content: content.content } };
    case "image":
      return imageFields(world, app, content.dataBase64);
    case "miniprogrampage": {
      const thumb = keepMedia(world, app.appid, SMALL_PNG);
      return {
        fields: {
          MsgType: "miniprogrampage",
          Title: content.title,
          AppId: content.cardAppid ?? app.appid,
          PagePath: content.pagePath,
          ThumbUrl: pictureUrl(thumb),
          ThumbMediaId: thumb,
        },
      };
    }
    case "enter":
      return { fields: { MsgType: "event", Event: "user_enter_tempsession", SessionFrom: content.sessionFrom } };
    case "event":
      return { fields: { MsgType: "event", Event: content.event, ...content.fields } };
    case "message":
    default:
      return { fields: { MsgType: content.msgType, ...content.fields } };
  }
}

function imageFields(
  world: World,
  app: EmulatedApp,
  dataBase64: string | undefined,
): { readonly fields: WireTree } | ContentProblem {
  const bytes = dataBase64 === undefined ? SMALL_PNG : fromBase64(dataBase64);
  if (imageType(bytes) === null) return { problem: "content.dataBase64: must be a PNG, JPEG or GIF in base64" };
  const mediaId = keepMedia(world, app.appid, bytes);
  return { fields: { MsgType: "image", PicUrl: pictureUrl(mediaId), MediaId: mediaId } };
}

/** Stores a picture for three days (WECHAT.md §5.2). @returns its media_id */
export function keepMedia(world: World, appid: string, bytes: Uint8Array<ArrayBuffer>): string {
  const id = world.nextId("m");
  world.records.media.set(id, { appid, bytes, type: imageType(bytes) ?? "image/png", createdAt: world.now() });
  return id;
}

/** Returns the PicUrl of a picture. The emulator does not serve the URL; media/get returns the bytes. */
function pictureUrl(mediaId: string): string {
  return `https://mmbiz.qpic.cn/emulator/${mediaId}/0`;
}
