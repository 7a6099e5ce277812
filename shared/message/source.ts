/** The source of a message, and the rules that depend on it. One entry per source. */

/** The properties of a source. */
interface SourceRules {
  /**
   * Whether the message is not written by a person: it is then not sent while automation is muted or the platform's
   * agents serve the user, and is sent once more after an unknown outcome.
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
  /** A bot that answers without an agent. */
  bot: { isAutomatic: true },
} as const satisfies Record<string, SourceRules>;

/** The source of a message. */
export type Source = keyof typeof SOURCES;

/** All sources. */
export const SOURCE_NAMES: readonly Source[] = Object.keys(SOURCES).filter((name): name is Source => name in SOURCES);
