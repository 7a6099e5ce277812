/**
 * A WeChat that says what it is told to, and a token source that counts what it is asked: for the cases the emulator
 * cannot play (broken connections, rubbish answers, exact clocks).
 */
import { ok, type Result } from "../../../shared/base/result.ts";
import type { PauseVerdict } from "../../../shared/message/delivery.ts";
import type { ApiDeps, FetchInit } from "../../../worker/channels/wechat/api/call-api.ts";
import type {
  AppAccess,
  RefusedAttempt,
  TokenProblem,
  TokenSource,
} from "../../../worker/channels/wechat/token-source.ts";

export const NOW = 1_800_000_000_000;
export const OPENID = "oUser";

/** What one fetch does. */
export type Step = (url: string, init: FetchInit) => Response | Promise<Response>;

/** A request as it left. */
export interface SentRequest {
  readonly url: URL;
  readonly init: FetchInit;
}

/** JSON as WeChat answers it. */
export function json(body: unknown, status = 200): Step {
  return () => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

/** Never answers; obeys an abort like a real fetch. */
export const silence: Step = (_url, init) =>
  new Promise((_resolve, reject) => {
    init.signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });

/** The connection breaks, and the error quotes the URL, as some runtimes do. */
export const brokenConnection: Step = (url) => Promise.reject(new TypeError(`fetch failed: ${url}`));

/** A fetch that plays `steps` one after another and fails the test when there are more calls. */
export function scriptedFetch(...steps: Step[]) {
  const requests: SentRequest[] = [];
  const rest = [...steps];
  const fetch = async (url: string, init: FetchInit): Promise<Response> => {
    requests.push({ url: new URL(url), init });
    const step = rest.shift();
    if (step === undefined) throw new Error("one request more than the script has");
    return step(url, init);
  };
  return { fetch, requests };
}

/** A token source with what it was asked and told. */
export function scriptedTokens(options: {
  readonly current?: Result<AppAccess, TokenProblem>;
  readonly replaced?: Result<AppAccess, TokenProblem>;
  /** What a reported refusal leads to. */
  readonly verdict?: PauseVerdict;
}) {
  const replaced: string[] = [];
  const paused: string[] = [];
  const reported: (RefusedAttempt | undefined)[] = [];
  let asked = 0;
  const tokens: TokenSource = {
    current: async () => {
      asked += 1;
      return options.current ?? ok({ token: "token-1" });
    },
    replace: async (badToken) => {
      replaced.push(badToken);
      return options.replaced ?? ok({ token: "token-2" });
    },
    pause: async ({ code }, refused) => {
      paused.push(code);
      reported.push(refused);
      return options.verdict ?? { pausedUntil: NOW + 600_000 };
    },
  };
  return { tokens, replaced, paused, reported, askedTimes: () => asked };
}

/** What a client needs, with the clock standing still. */
export function depsOf(fetch: ApiDeps["fetch"], tokens: TokenSource = scriptedTokens({}).tokens): ApiDeps {
  return { apiBase: "https://api.test", fetch, now: () => NOW, tokens };
}
