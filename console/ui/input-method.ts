/** Keys that an input method handles, such as the Enter that chooses a word and the Escape that discards it. */

/** The `keyCode` of such a key. In Safari the key arrives after `isComposing` has ended. */
const KEY_OF_INPUT_METHOD = 229;

/** Returns whether a key was for the input method; the page must ignore it. */
export function isOfInputMethod({ isComposing, keyCode }: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return isComposing || keyCode === KEY_OF_INPUT_METHOD;
}
