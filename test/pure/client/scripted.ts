/**
 * A `fetch` with scripted answers that records its requests.
 */
import { createKefuClient, type KefuClientOptions } from "../../../client/index.ts";

/** The result of one request: an answer, or the error of fetch. */
export type Step = Response | Error;

/** One request as it was sent. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

/** A problem document. */
export function problem(
  status: number,
  code: string,
  facts: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { type: `/api/docs#${code}`, title: "题 / title", status, code, detail: "怎么办 / cure", ...facts };
  return json(status, body, { "content-type": "application/problem+json", ...headers });
}

/** A client whose requests get these results in order; delays are recorded but not waited for. */
export function scripted(steps: readonly Step[], options: Partial<KefuClientOptions> = {}) {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const client = createKefuClient({
    baseUrl: "https://kefu.test",
    apiKey: "key",
    random: () => 0,
    wait: async (ms) => void pauses.push(ms),
    fetch: async (url, { method = "", headers, body }) => {
      const step = steps[asked.length];
      asked.push({ method, url, headers: Object.fromEntries(new Headers(headers).entries()), body });
      if (step === undefined) throw new Error("the script has no more steps");
      if (step instanceof Error) throw step;
      return step;
    },
    ...options,
  });
  return { client, asked, pauses };
}
