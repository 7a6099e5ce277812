/** Two taps in a row are one: what a tap opens is opened once. */

/**
 * A second tap within this time after the first is ignored, milliseconds. After it the button works again, even if the
 * client never answered.
 */
const DOUBLE_TAP_MS = 1_000;

/** Lets one tap in. */
export interface TapGuard {
  /** @returns false for a second tap */
  readonly enter: () => boolean;
  /** The next tap is a new one, however soon it comes. */
  readonly release: () => void;
}

/** A guard for everything that must not open twice. */
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
