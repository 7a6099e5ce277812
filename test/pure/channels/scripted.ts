/**
 * A simulated WeChat with scripted answers, and an access source that counts its calls: for the cases the emulator
 * cannot simulate (broken connections, malformed answers, exact clocks).
 */
import { ok, type Result } from "../../../shared/base/result.ts";
import type { AccessProblem, AccessSource, AccessUse } from "../../../worker/channels/access.ts";
import type { CallDeps, FetchInit } from "../../../worker/channels/wechat/api/call-api.ts";

export const NOW = 1_800_000_000_000;
export const OPENID = "oUser";

/** The behaviour of one fetch call. */
export type Step = (url: string, init: FetchInit) => Response | Promise<Response>;

/** A request as it was sent. */
export interface SentRequest {
  readonly url: URL;
  readonly init: FetchInit;
}

/** JSON as WeChat answers it. */
export function json(body: unknown, status = 200): Step {
  return () => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

/** Never answers; respects an abort like a real fetch. */
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

/** An access source, and the calls it received. */
export function scriptedAccess(options: {
  readonly current?: Result<string, AccessProblem>;
  readonly replaced?: Result<string, AccessProblem>;
}) {
  const replaced: string[] = [];
  const uses: AccessUse[] = [];
  const access: AccessSource = {
    current: async (use) => {
      uses.push(use);
      return options.current ?? ok("token-1");
    },
    replace: async (badToken, use) => {
      replaced.push(badToken);
      uses.push(use);
      return options.replaced ?? ok("token-2");
    },
  };
  return { access, replaced, uses };
}

/** The dependencies of calls, with a clock that does not move. */
export function depsOf(fetch: CallDeps["fetch"], access: AccessSource = scriptedAccess({}).access): CallDeps {
  return { apiBase: "https://api.test", fetch, now: () => NOW, access };
}
