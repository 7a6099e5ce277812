/**
 * Headers of every answer of the API: not cached by intermediaries, not interpreted as another content type, and
 * without permissions when displayed in a browser.
 */
import { createMiddleware } from "hono/factory";

/** The headers, by name. */
export const SECURE_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
};

/** Sets these headers unless the answer sets them itself. */
export const secureAnswer = () =>
  createMiddleware(async function secureAnswer(c, next) {
    await next();
    for (const [name, value] of Object.entries(SECURE_HEADERS)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  });
