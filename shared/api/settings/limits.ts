/** The maximum time for which automatic answers are muted after a person's message, milliseconds. */
export const MAX_MUTE_MS = 24 * 3_600_000;
