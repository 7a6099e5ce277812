/**
 * The archive as a consumer of a conversation's log: the alarm reports the conversation, its closed sessions and their
 * ratings. The code is loaded when an alarm first needs it.
 */
import { ARCHIVE_CURSOR, type ConsumerCursors } from "../conversation/core/consumer-cursor.ts";
import type { ConsumerHost, LogConsumer } from "../conversation/log-consumer.ts";
import type { ArchiveServices } from "./report-sessions.ts";

/** The configured keys that seal users' ids; without a key, the archive is not used. */
interface ArchivePolicy {
  readonly dataKeys: readonly string[];
}

export const ARCHIVE_CONSUMER: LogConsumer<ArchiveServices, ArchivePolicy> = {
  // No settings are needed: the conversation itself adds the cursor with its first session
  // (`conversation/core/session/consumers.ts`).
  list: () => [],
  movable: (consumers, { dataKeys }) => (dataKeys.length > 0 ? consumers : withoutArchive(consumers)),
  async deliver(host, services) {
    if (!isKnown(host)) return;
    const { reportWhenDue } = await import("./report-sessions.ts");
    await reportWhenDue(host, services);
  },
  async expire(host, services, until) {
    // When the whole conversation is erased, its entries in the archive are erased too, so nothing is reported.
    if (!isKnown(host) || until === Number.POSITIVE_INFINITY) return;
    const { reportBefore } = await import("./report-sessions.ts");
    await reportBefore(host, services, until);
  },
};

function isKnown({ state }: ConsumerHost): boolean {
  return state().consumers[ARCHIVE_CURSOR] !== undefined;
}

function withoutArchive({ [ARCHIVE_CURSOR]: _off, ...others }: ConsumerCursors): ConsumerCursors {
  return others;
}
