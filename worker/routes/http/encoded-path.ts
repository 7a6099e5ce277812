/**
 * Paths that name a user must be percent-encoded UTF-8. Hono leaves an encoding it cannot decode as it is, and a broken
 * one would then name the user whose openid has these very characters.
 */
import { createMiddleware } from "hono/factory";
import type { HttpEnv } from "./app-env.ts";
import { invalidField } from "./request-body.ts";

/** Answers 422 `invalid_field` for the field `openid` when the path cannot be decoded. */
export const requireEncodedPath = () =>
  createMiddleware<HttpEnv>(async function requireEncodedPath(c, next) {
    if (!isEncoded(new URL(c.req.url).pathname)) return invalidField(c, "openid", "must be percent-encoded UTF-8");
    return next();
  });

function isEncoded(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    // A URIError is the only thing it throws, and the answer itself.
    return false;
  }
}
