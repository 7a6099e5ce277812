/**
 * Writes the settings to KV for its readers. Readers use the value in KV, so a failed write is repeated until it
 * succeeds; the account object stores when.
 */
import { raceTimeout } from "../platform/deadline.ts";
import { createPublisher } from "../platform/kv-publisher.ts";

/** Time until settings that KV did not accept are published again, milliseconds. */
const REPUBLISH_MS = 60_000;
/** How long storing settings and the alarm wait for KV, milliseconds: readers call the object when KV has nothing. */
const PUBLISH_WAIT_MS = 2_500;

/** What publishing needs. */
export interface SettingsPublisherDeps {
  /** Writes the settings in force. */
  readonly put: () => Promise<void>;
  /** Stores when to publish again, epoch ms; null: KV has the settings. */
  readonly setRepublishAt: (at: number | null) => void;
  readonly waitUntil: (pending: Promise<unknown>) => void;
}

/** Publishes settings. */
export interface SettingsPublisher {
  /** Resolves when KV has them, or after 2.5 s while writing continues. */
  publish(now: number): Promise<void>;
  /** Publishes when `republishAt` (epoch ms, null: never) is due. */
  republishIfDue(republishAt: number | null, now: number): Promise<void>;
}

/** Creates the publisher of one account's settings. */
export function createSettingsPublisher({ put, setRepublishAt, waitUntil }: SettingsPublisherDeps): SettingsPublisher {
  const publisher = createPublisher({ what: "settings", put });

  async function publish(now: number): Promise<void> {
    // Set before writing: if the write hangs, or this object ends before it does, the alarm publishes again.
    setRepublishAt(now + REPUBLISH_MS);
    const published = publisher.publish().then(() => {
      setRepublishAt(publisher.isBehind() ? Date.now() + REPUBLISH_MS : null);
    });
    waitUntil(published);
    await raceTimeout(PUBLISH_WAIT_MS, published);
  }

  return {
    publish,
    async republishIfDue(republishAt, now) {
      if (republishAt !== null && republishAt <= now) await publish(now);
    },
  };
}
