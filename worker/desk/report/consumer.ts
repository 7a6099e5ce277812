/**
 * The desk as a consumer of a conversation's log: the alarm notifies it when the notification after the record did not
 * succeed. The code is loaded when an alarm first needs it.
 */
import { DESK_CURSOR, type ConsumerCursors } from "../../conversation/core/consumer-cursor.ts";
import type { LogConsumer } from "../../conversation/log-consumer.ts";
import type { ConnectDesk } from "./notify-desk.ts";

/** The dependencies in the alarm. */
interface DeskServices {
  readonly desk: ConnectDesk;
}

/** The value of the configuration that decides whether there is a desk. */
export interface DeskPolicy {
  readonly dataKeys: readonly string[];
}

/** Returns whether there is a desk: without DATA_KEY it could not seal the texts that it stores. */
export function hasDataKey({ dataKeys }: DeskPolicy): boolean {
  return dataKeys.length > 0;
}

export const DESK_CONSUMER: LogConsumer<DeskServices, DeskPolicy> = {
  // No settings are needed: the conversation itself adds the cursor with its first session
  // (`conversation/core/session/consumers.ts`).
  list: () => [],
  movable: (consumers, policy) => (hasDataKey(policy) ? consumers : withoutDesk(consumers)),
  async deliver(host, services) {
    if (host.state().consumers[DESK_CURSOR] === undefined) return;
    const { notifyWhenDue } = await import("./notify-desk.ts");
    await notifyWhenDue(host, services.desk);
  },
  // Nothing to do before old rows are deleted: a report contains only the newest rows.
  expire: () => Promise.resolve(),
};

function withoutDesk({ [DESK_CURSOR]: _off, ...others }: ConsumerCursors): ConsumerCursors {
  return others;
}
