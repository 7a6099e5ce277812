/**
 * Puts the settings into KV for those who read them there. Readers use what KV has, so what it did not accept is published
 * again until it does; the account object remembers when.
 */
import { raceTimeout } from "../platform/deadline.ts";
import { createPublisher } from "../platform/kv-publisher.ts";

/** Time until settings that KV did not accept are published again, milliseconds. */
const REPUBLISH_MS = 60_000;
/** How long storing settings and the alarm wait for KV, milliseconds: readers ask the object when KV has nothing. */
const PUBLISH_WAIT_MS = 2_500;

/** What publishing needs. */
export interface SettingsPublisherDeps {
  /** Writes the settings in force. */
  readonly put: () => Promise<void>;
  /** Remembers when to publish again, epoch ms; null: KV has taken them. */
  readonly setRepublishAt: (at: number | null) => void;
  readonly waitUntil: (pending: Promise<unknown>) => void;
}

/** Publishes settings. */
export interface SettingsPublisher {
  /** Resolves when KV has them, or after 2.5 s while writing continues. */
  publish(now: number): Promise<void>;
  /** Publishes when `republishAt` (epoch ms, null: never) has come. */
  republishIfDue(republishAt: number | null, now: number): Promise<void>;
}

/** Creates the publisher of one account's settings. */
export function createSettingsPublisher({ put, setRepublishAt, waitUntil }: SettingsPublisherDeps): SettingsPublisher {
  const publisher = createPublisher({ what: "settings", put });

  async function publish(now: number): Promise<void> {
    // Before writing: should the write hang, or this object end before it does, the alarm publishes again.
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
