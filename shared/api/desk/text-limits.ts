/** The limits of texts that agents write, UTF-16 units; also for the page, which loads no schemas. */

/** The maximum length of a note. */
export const MAX_NOTE = 2_000;
/** The maximum length of a draft. */
export const MAX_DRAFT = 10_000;
/** The maximum length of a reason for showing a row in clear. */
export const MAX_REASON = 200;
