/**
 * The source of a message, and what depends on it. One entry per source.
 */

/** The properties of a source. */
interface SourceRules {
  /**
   * Not written by a person: not sent while automation is muted or the platform's agents serve the user, and sent again
   * once after an unknown outcome.
   */
  readonly isAutomatic: boolean;
}

/** The sources. */
export const SOURCES = {
  /** The rules, or the team's handlers. */
  auto: { isAutomatic: true },
  /** A person or program through the API. */
  api: { isAutomatic: false },
  /** An agent of the desk. */
  agent: { isAutomatic: false },
  /** A bot that answers by itself. */
  bot: { isAutomatic: true },
} as const satisfies Record<string, SourceRules>;

/** The source of a message. */
export type Source = keyof typeof SOURCES;

/** All of them. */
export const SOURCE_NAMES: readonly Source[] = Object.keys(SOURCES).filter((name): name is Source => name in SOURCES);
