/**
 * Puts one changing value into KV for all to read. KV takes one write a second for a key and may fail; neither may
 * hold up or fail the object, whose own storage is the truth: readers who find nothing new ask the object.
 */
import { errorName, log } from "../log.ts";

/** What the publisher needs. */
export interface PublisherDeps {
  /** For the log. */
  readonly what: string;
  /** Writes the newest value; may throw. */
  readonly put: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Publishes. */
export interface Publisher {
  /**
   * The value changed. Changes during a write are joined into one more write of the newest value.
   *
   * @returns resolves when the newest value is out or given up; never rejects
   */
  publish(): Promise<void>;
  /** Whether the newest value is not out. */
  isBehind(): boolean;
}

/** KV: one write a second for a key. */
const BETWEEN_TRIES_MS = 1_100;
const MAX_TRIES = 3;

/** Creates a publisher. */
export function createPublisher(deps: PublisherDeps): Publisher {
  let running: Promise<void> | undefined;
  let changed = false;
  let behind = false;

  async function run(): Promise<void> {
    while (changed) {
      changed = false;
      behind = !(await tryPut(deps, () => changed));
    }
  }

  return {
    publish() {
      changed = true;
      running ??= run().finally(() => {
        running = undefined;
      });
      return running;
    },
    isBehind: () => behind,
  };
}

/** One write with its retries; a newer value ends the retries, its own write follows. */
async function tryPut(deps: PublisherDeps, isOutdated: () => boolean): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await deps.put();
      return true;
    } catch (error) {
      const last = attempt === MAX_TRIES;
      const name = errorName(error);
      log("publish_failed", { what: deps.what, attempt, last, error: name });
      if (last) return false;
    }
    await deps.sleep(BETWEEN_TRIES_MS);
    if (isOutdated()) return false;
  }
}
