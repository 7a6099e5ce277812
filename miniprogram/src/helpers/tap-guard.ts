/** Treats two taps in a row as one, so that a tap opens its target once. */

/**
 * A second tap within this time after the first is ignored, milliseconds. After this time the button works again, even
 * if the client never called back.
 */
const DOUBLE_TAP_MS = 1_000;

/** Decides which taps are accepted. */
export interface TapGuard {
  /** Accepts a tap. @returns false for a second tap within `DOUBLE_TAP_MS`, which must be ignored */
  readonly enter: () => boolean;
  /** Makes the guard accept the next tap, even within `DOUBLE_TAP_MS`. */
  readonly release: () => void;
}

/** Creates a guard for actions that must not run twice. */
export function createTapGuard(): TapGuard {
  let closedUntil = 0;
  return {
    enter() {
      if (Date.now() < closedUntil) return false;
      closedUntil = Date.now() + DOUBLE_TAP_MS;
      return true;
    },
    release() {
      closedUntil = 0;
    },
  };
}
