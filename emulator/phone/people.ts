/** Users of the demo: openids in the platform's form, shown by a short name. */

/** Creates a new openid: `o`, then 27 letters and digits. */
export function newOpenid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(27));
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return `o${Array.from(bytes, (byte) => letters[byte % letters.length]).join("")}`;
}

/** Returns whether a text may be an openid. */
export function isOpenid(value: string): value is string {
  return /^[\w-]{1,64}$/.test(value);
}

/** Returns the end of an openid, which is enough to distinguish users. */
export function shortName(openid: string): string {
  return openid.slice(-4);
}
