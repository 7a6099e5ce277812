/**
 * The pictures of one conversation, for signed-in agents within their rights: `POST` uploads one for a reply, `GET` shows
 * one that a user sent, from the bucket if it is there, otherwise from WeChat (docs/design/0031-pictures.md).
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { ConversationMediaParamSchema, ConversationParamSchema } from "../../../../shared/api/schemas.ts";
import type { KeptPicture } from "../../../archive/pictures/bucket.ts";
import { objectIdOf } from "../../../conversation/client.ts";
import type { RemoteConversation } from "../../../conversation/rpc.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import { withTimeout } from "../../../platform/deadline.ts";
import { conversationTag, errorName, writeLog } from "../../../platform/logger.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { invalidField, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { conversationIdOf, requireDesk, requireVisible } from "../desk/desk-caller.ts";
import { refuseRequest } from "../desk/refusals.ts";
import { downloadPicture, uploadPicture } from "./media.ts";

/** The number of newest rows that are searched for a picture of a conversation. */
const ROWS_SEARCHED = 500;
/**
 * Headers of a picture for a page: the browser keeps it for five minutes, so that it is not read again each time its
 * conversation is opened, for this sign-in only; no other site can embed it.
 */
const KEPT_BY_BROWSER = {
  "cache-control": "private, max-age=300",
  vary: "cookie",
  "cross-origin-resource-policy": "same-origin",
} as const;
/** Timeout of reading a picture from the bucket, milliseconds. */
const BUCKET_TIMEOUT_MS = 5_000;
const NOT_SHOWN = "is not in the conversation's newest rows";

/** Routes about the pictures of one conversation. */
export const conversationMedia = new Hono<HttpEnv>();

conversationMedia.post(
  "/conversations/:id/media",
  operation("uploadConversationMedia", "conversations.answer"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    // Checked before the picture is read: an agent who may not reply must not upload one.
    const authorized = await deskOf(c).authorizeReply(agentOf(c).id, conversationIdOf(c));
    return authorized.ok ? uploadPicture(c) : refuseRequest(c, authorized.error);
  },
);

conversationMedia.get(
  "/conversations/:id/media/:mediaId",
  operation("downloadConversationMedia", "conversations.see"),
  validator("param", ConversationMediaParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const { mediaId } = c.req.valid("param");
    const conversation = findConversation(servicesOf(c), conversationOf(c).address);
    const kept = await readKept(c, conversation, mediaId);
    if (kept !== null) return answerPicture(c, kept);
    const page = await conversation.rowsBefore(Number.MAX_SAFE_INTEGER, ROWS_SEARCHED);
    if (page === null) return problem(c, "conversation_not_found", {});
    const isShown = page.rows.some(({ content }) => content !== null && hasMedia(content, mediaId));
    return isShown ? downloadPicture(c, mediaId, KEPT_BY_BROWSER) : invalidField(c, "mediaId", NOT_SHOWN);
  },
);

/**
 * Returns a picture from the bucket; null when there is no bucket or no log, when the picture is missing or damaged, or
 * when the bucket fails. WeChat is then asked.
 */
async function readKept(
  c: Context<HttpEnv>,
  conversation: RemoteConversation,
  mediaId: string,
): Promise<KeptPicture | null> {
  const { bucket: findBucket, config, directory } = servicesOf(c);
  const bucket = findBucket();
  const { address } = conversationOf(c);
  // Not the log that the request names: the bucket may still have pictures of one that was erased.
  const log = bucket && (await conversation.head())?.log;
  if (bucket === undefined || log === undefined) return null;
  const { readPicture } = await import("../../../archive/pictures/bucket.ts");
  const fields = {
    requestId: c.get("requestId"),
    conversation: conversationTag(objectIdOf(directory.namespace, address)),
  };
  try {
    const name = { conversation: conversation.id.toString(), log, mediaId };
    const read = await withTimeout(BUCKET_TIMEOUT_MS, readPicture(bucket, config.dataKeys, name));
    if (read.ok) return read.value;
    writeLog("picture_not_read", { ...fields, reason: read.error.reason });
  } catch (error) {
    writeLog("picture_not_read", { ...fields, error: errorName(error) });
  }
  return null;
}

function answerPicture(c: Context<HttpEnv>, { bytes, contentType }: KeptPicture): Response {
  return c.body(bytes, 200, { ...KEPT_BY_BROWSER, "content-type": contentType, "content-disposition": "inline" });
}

function hasMedia(content: object, mediaId: string): boolean {
  return "mediaId" in content && content.mediaId === mediaId;
}
