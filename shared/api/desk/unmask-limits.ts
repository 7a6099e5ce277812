/** The limit of a reason, also for the page, which loads no schemas. */

/** The maximum number of characters of a reason for showing a row in clear. */
export const MAX_REASON = 200;
