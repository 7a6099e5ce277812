/**
 * The bucket of users' pictures as a consumer of a conversation's log: the alarm stores each picture there, and
 * deletes it when its retention time has passed. The code is loaded when an alarm first needs it.
 */
import { PICTURES_CURSOR, type ConsumerCursors } from "../../conversation/core/consumer-cursor.ts";
import type { LogConsumer } from "../../conversation/log-consumer.ts";
import type { PictureServices } from "./keep-pictures.ts";

/** The value of the configuration that decides whether pictures are kept. */
interface PicturePolicy {
  readonly keepsPictures: boolean;
}

export const PICTURES_CONSUMER: LogConsumer<PictureServices, PicturePolicy> = {
  // No settings are needed: the conversation itself adds the cursor with its first picture
  // (`conversation/core/pictures.ts`).
  list: () => [],
  movable: (consumers, { keepsPictures }) => (keepsPictures ? consumers : withoutPictures(consumers)),
  async deliver(host, services) {
    if (host.state().consumers[PICTURES_CURSOR] === undefined) return;
    const { keepPictures } = await import("./keep-pictures.ts");
    await keepPictures(host, services);
  },
  // Nothing is left to store: the platform deletes a picture long before the retention of its row ends.
  expire: () => Promise.resolve(),
};

function withoutPictures({ [PICTURES_CURSOR]: _off, ...others }: ConsumerCursors): ConsumerCursors {
  return others;
}
