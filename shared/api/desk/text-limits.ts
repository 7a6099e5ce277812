/**
 * The maximum lengths of texts that agents write, in UTF-16 units. A separate file, so that the page can import it
 * without the schemas.
 */

/** The maximum length of a note. */
export const MAX_NOTE = 2_000;
/** The maximum length of a draft. */
export const MAX_DRAFT = 10_000;
/** The maximum length of a reason for showing a row in clear. */
export const MAX_REASON = 200;
