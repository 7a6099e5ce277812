/**
 * How a client is set up. What is wrong with it is a bug of the caller's, and throws at once with its name.
 */
import { trimSecret } from "../shared/base/secret-text.ts";
import type { FetchLike, Transport } from "./transport.ts";

/** Where the worker is, and who asks. */
export interface KefuClientOptions {
  /** The worker's address, for example `https://kefu.example.com`. */
  readonly baseUrl: string;
  /** One of the worker's `API_KEYS`. Never give it to a page that customers open. */
  readonly apiKey: string;
  /** Which mini program; the worker's first by default. */
  readonly appid?: string;
  /** Instead of the global one: a service binding's, or a test's. */
  readonly fetch?: FetchLike;
  /** Tries for a call that meets no answer, a 5xx or a 429; 1 to 10, default 4. */
  readonly attempts?: number;
  /** Time for one try, ms, 1 to 600 000; default 10 000. */
  readonly timeoutMs?: number;
  /** How pauses are waited for; for tests. */
  readonly wait?: Transport["wait"];
  /** What spreads the pauses, 0 ≤ x < 1; for tests. */
  readonly random?: Transport["random"];
}

/** Text a header can carry. */
export const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Checks the set-up and fills in the defaults.
 *
 * @throws TypeError when `baseUrl` is not an http(s) address, `apiKey` cannot be a header, or a number is out of range
 */
export function readOptions(options: KefuClientOptions): Transport {
  const { baseUrl, appid, attempts = 4, timeoutMs = 10_000 } = options;
  const apiKey = trimSecret(options.apiKey);
  if (!VISIBLE_ASCII.test(apiKey)) throw new TypeError("apiKey must be one of the worker's API_KEYS");
  return {
    base: readBase(baseUrl),
    apiKey,
    appid,
    attempts: inRange("attempts", attempts, 10),
    timeoutMs: inRange("timeoutMs", timeoutMs, 600_000),
    // Not the function itself: called as a method of ours, browsers and Workers refuse it.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    wait: options.wait ?? wait,
    random: options.random ?? Math.random,
  };
}

function readBase(baseUrl: string): string {
  const url = /^https?:\/\//.test(baseUrl) && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || `${url.username}${url.password}${url.search}${url.hash}` !== "") {
    throw new TypeError("baseUrl must be the worker's http(s) address, such as https://kefu.example.com");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function inRange(name: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new TypeError(`${name} must be a whole number from 1 to ${max}`);
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
