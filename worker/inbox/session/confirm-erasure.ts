/**
 * Has desk and archive confirm that all data of an erased conversation is deleted, and deletes its pictures from the
 * bucket. Loaded by the alarm after an erasure.
 */
import { archiveStub } from "../../archive/client.ts";
import { deletePictures } from "../../archive/pictures/bucket.ts";
import { findBucket } from "../../archive/pictures/find-bucket.ts";
import type { Config } from "../../config/config.ts";
import { erasedGeneration, type ErasureKeeper, type EraseNote } from "../../conversation/core/erasure.ts";
import { deskStub } from "../../desk/client.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { conversationTag, errorName, writeLog } from "../../platform/logger.ts";

/** Timeout of deleting a conversation's pictures, milliseconds. */
const BUCKET_MS = 20_000;

/** The binding `MEDIA` was removed while the bucket may have pictures of the conversation. */
class NoBucketError extends Error {
  override readonly name = "NoBucketError";
}

/** Requests the missing confirmations, in parallel. @returns the note without those that were given; never rejects */
export async function confirmErasure(
  env: Pick<Env, "DESK" | "ARCHIVE">,
  { locationHint }: Pick<Config, "locationHint">,
  conversation: DurableObjectId,
  note: EraseNote,
): Promise<EraseNote> {
  const id = conversation.toString();
  const generation = erasedGeneration(note);
  const keepers: Readonly<Record<ErasureKeeper, () => Promise<void>>> = {
    desk: () => deskStub(env.DESK, locationHint).confirmErased(id, generation),
    archive: () => archiveStub(env.ARCHIVE, locationHint).confirmErased(id, generation),
    async pictures() {
      const bucket = findBucket(env);
      // Removing the binding deletes no pictures, so the erasure is not complete until the binding is back.
      if (bucket === undefined) throw new NoBucketError();
      await withTimeout(BUCKET_MS, deletePictures(bucket, id, generation));
    },
  };
  const ask = async (keeper: ErasureKeeper): Promise<readonly ErasureKeeper[]> => {
    try {
      await keepers[keeper]();
      return [];
    } catch (error) {
      writeLog("erasure_not_confirmed", {
        object: keeper,
        conversation: conversationTag(conversation),
        error: errorName(error),
      });
      return [keeper];
    }
  };
  const pending = await Promise.all(note.pending.map(ask));
  return { ...note, pending: pending.flat() };
}
