/**
 * The maximum lengths of texts that agents write, in UTF-16 units. A separate file, so that the page can import it
 * without the schemas.
 */

/** The maximum length of a note, UTF-16 units. */
export const MAX_NOTE = 2_000;
/** The maximum length of a draft, UTF-16 units. */
export const MAX_DRAFT = 10_000;
/** The maximum length of a reason for showing a row unmasked, UTF-16 units. */
export const MAX_REASON = 200;
