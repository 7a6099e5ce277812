/**
 * The valid openids, the same for pushes and for the API, so that every user with a stored push can be read, exported,
 * answered and erased. WeChat documents no format; its openids have 28 characters of `A-Z a-z 0-9 _ -`. Any other text
 * of visible ASCII characters that can be part of a URL's path is accepted as well, because rejecting a sender would
 * lose a message.
 */

/**
 * 1 to 128 visible ASCII characters, except `.` and `..`: a URL's path drops these two, percent-encoded or not (WHATWG
 * URL, "double-dot path segment"), so no route could name such a user.
 */
export const USER_ID = /^(?!\.{1,2}$)[!-~]{1,128}$/;
