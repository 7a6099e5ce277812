/** The longest time automatic answers are muted after a message of a person, milliseconds. */
export const MAX_MUTE_MS = 24 * 3_600_000;
