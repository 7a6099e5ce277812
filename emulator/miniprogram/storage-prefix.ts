/** The prefix of the mini program's keys in the browser's storage, which is shared with the phone page. */
export const STORAGE_PREFIX = "edge-kefu.program.";
