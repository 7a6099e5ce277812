/**
 * Requires paths that name a user to be percent-encoded UTF-8. Hono leaves an encoding that it cannot decode unchanged,
 * and the path would then name the user whose id consists of exactly these characters.
 */
import { createMiddleware } from "hono/factory";
import type { HttpEnv } from "../app-env.ts";
import { invalidField } from "./request-body.ts";

/** Answers 422 `invalid_field` for the field `id` when the path cannot be decoded. */
export const requireEncodedPath = () =>
  createMiddleware<HttpEnv>(async function requireEncodedPath(c, next) {
    if (!isEncoded(new URL(c.req.url).pathname)) return invalidField(c, "id", "must be percent-encoded UTF-8");
    return next();
  });

function isEncoded(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    // Decoding throws only URIError; the request is answered with 422.
    return false;
  }
}
