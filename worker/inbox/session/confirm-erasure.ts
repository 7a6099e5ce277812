/** Has desk and archive confirm that everything of an erased conversation is gone. Loaded by the alarm after an erasure. */
import { archiveStub } from "../../archive/client.ts";
import type { Config } from "../../config/config.ts";
import { erasedGeneration, type ErasureKeeper, type EraseNote } from "../../conversation/core/erasure.ts";
import { deskStub } from "../../desk/client.ts";
import { conversationTag, errorName, writeLog } from "../../platform/logger.ts";

/** Requests the missing confirmations, in parallel. @returns the note without those that were given; never rejects */
export async function confirmErasure(
  env: Pick<Env, "DESK" | "ARCHIVE">,
  { locationHint }: Pick<Config, "locationHint">,
  conversation: DurableObjectId,
  note: EraseNote,
): Promise<EraseNote> {
  const keepers = {
    desk: () => deskStub(env.DESK, locationHint),
    archive: () => archiveStub(env.ARCHIVE, locationHint),
  };
  const generation = erasedGeneration(note);
  const ask = async (keeper: ErasureKeeper): Promise<readonly ErasureKeeper[]> => {
    try {
      await keepers[keeper]().confirmErased(conversation.toString(), generation);
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
