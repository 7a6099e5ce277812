/** Times as they are shown. */

/** 09:05 */
export function shortTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 09:05:07.042 */
export function exactTime(at: number): string {
  const date = new Date(at);
  return `${shortTime(at)}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** 11-22 09:05:07 */
export function dayTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${shortTime(at)}:${two(date.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
