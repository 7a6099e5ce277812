/**
 * Headers every answer of the API has: not stored by anything between, taken for nothing but what it says it is, and
 * without any right when a browser should show it.
 */
import { createMiddleware } from "hono/factory";

/** By name. */
export const SECURE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
};

/** Sets the headers an answer does not set itself. */
export const secureAnswer = () =>
  createMiddleware(async function secureAnswer(c, next) {
    await next();
    for (const [name, value] of Object.entries(SECURE_HEADERS)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  });
