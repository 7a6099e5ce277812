/**
 * Who wants a message sent, and what follows from it. One entry a source.
 */

/** What a source decides. */
interface SourceRules {
  /**
   * No person wrote it: not sent while automation is muted or the platform's agents serve the user, and sent again once
   * after an unknown outcome.
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

/** Who wants a message sent. */
export type Source = keyof typeof SOURCES;

/** All of them. */
export const SOURCE_NAMES: readonly Source[] = Object.keys(SOURCES).filter((name): name is Source => name in SOURCES);
