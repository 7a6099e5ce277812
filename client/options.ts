/**
 * The options of a client. An invalid option is a programming error: it throws at once, and the error names the option.
 */
import { trimSecret } from "../shared/base/secret-text.ts";
import type { FetchLike, Transport } from "./transport.ts";

/** The options of `createKefuClient`; only the worker's address and an API key are required. */
export interface KefuClientOptions {
  /** The worker's address, for example `https://kefu.example.com`. */
  readonly baseUrl: string;
  /** One of the worker's `API_KEYS`. Never include it in a page that customers open. */
  readonly apiKey: string;
  /**
   * The account, `channel:account`. Default: the worker's first account, except for conversations (`account_required`).
   */
  readonly account?: string;
  /** Short form of `account` for a mini program: its AppID. Not used when `account` is given. */
  readonly appid?: string;
  /** Used instead of the global fetch, for example the fetch of a service binding or a test. */
  readonly fetch?: FetchLike;
  /** Number of tries for a call that gets no response, a 5xx or a 429; 1 to 10, default 4. */
  readonly attempts?: number;
  /** Timeout of one try, ms, 1 to 600 000; default 10 000. */
  readonly timeoutMs?: number;
  /** Waits between tries; replaced in tests. */
  readonly wait?: Transport["wait"];
  /** Returns a random number for the delays, 0 ≤ x < 1; replaced in tests. */
  readonly random?: Transport["random"];
}

/** Text that is allowed as a header value. */
export const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError when `baseUrl` is not an http(s) address, `apiKey` cannot be a header, or a number is out of
 *   range
 */
export function readOptions(options: KefuClientOptions): Transport {
  const { baseUrl, account, appid, attempts = 4, timeoutMs = 10_000 } = options;
  const apiKey = trimSecret(options.apiKey);
  if (!VISIBLE_ASCII.test(apiKey)) throw new TypeError("apiKey must be one of the worker's API_KEYS");
  return {
    base: readBase(baseUrl),
    apiKey,
    account,
    appid: account === undefined ? appid : undefined,
    attempts: inRange("attempts", attempts, 10),
    timeoutMs: inRange("timeoutMs", timeoutMs, 600_000),
    // Wrapped, because `fetch` throws “Illegal invocation” when it is called as a method of another object.
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
