/**
 * The cookie of a sign-in. On https its name begins with `__Host-`: browsers then accept it only from this host, with
 * Secure and for every path. On http not every browser accepts a Secure cookie. A loopback address cannot be reached
 * from a network, so it gets another cookie without Secure; any other http address gets none.
 */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SIGN_IN_MS } from "../../../people/core/login.ts";

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Returns the name of the cookie at an address; undefined where there is none. */
export function cookieName({ protocol, hostname }: URL): string | undefined {
  if (protocol === "https:") return "__Host-kefu";
  return LOOPBACK.test(hostname) ? "kefu_local" : undefined;
}

/** Reads the token of the request's cookie. */
export function readSignInCookie(c: Context): string | undefined {
  const name = cookieName(new URL(c.req.url));
  return name === undefined ? undefined : getCookie(c, name);
}

/**
 * Returns whether a request has one of the two cookies, at any address, so that a request to an address where no cookie
 * is set can be refused for that reason.
 */
export function hasSignInCookie(c: Context): boolean {
  return /(?:^|;\s*)(?:__Host-kefu|kefu_local)=/.test(c.req.header("cookie") ?? "");
}

/** Sets the cookie. @throws Error at an address without cookies */
export function setSignInCookie(c: Context, token: string): void {
  setCookie(c, nameHere(c), token, { ...attributesHere(c), maxAge: SIGN_IN_MS / 1_000 });
}

/** Removes the cookie. @throws Error at an address without cookies */
export function clearSignInCookie(c: Context): void {
  deleteCookie(c, nameHere(c), attributesHere(c));
}

function nameHere(c: Context): string {
  const name = cookieName(new URL(c.req.url));
  if (name === undefined) throw new Error("a sign-in cookie needs https or a loopback address");
  return name;
}

function attributesHere(c: Context) {
  const secure = new URL(c.req.url).protocol === "https:";
  return { path: "/", httpOnly: true, secure, sameSite: "Strict" } as const;
}
