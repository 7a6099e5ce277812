/**
 * Sends one push, unchanged, to the team's own push server and returns that server's answer. The URL is checked before
 * each call, as a webhook's is; redirects are never followed; the size of the answer is limited. The worker does not
 * sign the request, because the query of the push contains the platform's signature.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { RelayedAnswer } from "../conversation/rpc.ts";
import { openDeadline, TIMED_OUT } from "../platform/deadline.ts";
import { readBytes } from "../platform/http-body.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";

/** A header added to forwarded pushes; a worker that receives it does not forward the push again. */
export const FORWARDED_HEADER = "x-edge-kefu-forwarded";
/** The maximum size of an answer, bytes. Answers that the platform expects have a few hundred. */
export const MAX_RELAYED_BYTES = 16 * 1024;

/** The options of a request. */
export interface ForwardInit {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  readonly redirect: "manual";
}

/** The injected dependencies. */
export interface ForwardDeps {
  readonly fetch: (url: string, init: ForwardInit) => Promise<Response>;
  readonly allowPrivate: boolean;
}

/** A push as received. */
export interface RawPush {
  /** The query with its `?`, or empty. */
  readonly search: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Why there is no answer to return. */
export interface ForwardFailure {
  readonly reason: "timeout" | "network" | "status" | "answer_too_large" | "url_refused";
  /** The HTTP status, for the reasons `status` and `answer_too_large`. */
  readonly status?: number;
}

const CONTENT_TYPE = /^[\x20-\x7e]{1,200}$/;

/**
 * Forwards a push.
 *
 * @param target the URL of the server; the push's query is appended to its own
 * @param timeoutMs timeout of the whole call including the answer's body, milliseconds
 * @returns the answer with status 200, or why there is none; never rejects
 */
export async function forwardPush(
  deps: ForwardDeps,
  target: string,
  push: RawPush,
  timeoutMs: number,
): Promise<Result<RelayedAnswer, ForwardFailure>> {
  const url = checkWebhookUrl(target, deps.allowPrivate);
  if (!url.ok) return err({ reason: "url_refused" });
  const deadline = openDeadline(timeoutMs);
  const { contentType, body } = push;
  const init: ForwardInit = {
    method: "POST",
    headers: {
      // The answer is returned byte for byte, so it must not be compressed.
      "accept-encoding": "identity",
      "user-agent": "edge-kefu",
      [FORWARDED_HEADER]: "1",
      ...(contentType !== undefined && { "content-type": contentType }),
    },
    body,
    signal: deadline.signal,
    redirect: "manual",
  };
  try {
    const address = withQuery(url.value.href, push.search);
    const outcome = await Promise.race([exchange(deps, address, init), deadline.overdue]);
    return outcome === TIMED_OUT ? err({ reason: "timeout" }) : outcome;
  } catch {
    // The text of a fetch error quotes the URL, so it is discarded; only the kind of failure is returned.
    return err({ reason: deadline.signal.aborted ? "timeout" : "network" });
  } finally {
    deadline.close();
  }
}

/** Appends the push's query, unchanged, to the query of the URL. */
function withQuery(address: string, search: string): string {
  const query = search.slice(1);
  if (query === "") return address;
  return `${address}${address.includes("?") ? "&" : "?"}${query}`;
}

async function exchange(
  deps: ForwardDeps,
  url: string,
  init: ForwardInit,
): Promise<Result<RelayedAnswer, ForwardFailure>> {
  const response = await deps.fetch(url, init);
  const { status } = response;
  if (status !== 200) {
    await response.body?.cancel();
    return err({ reason: "status", status });
  }
  const body = await readBytes(response, MAX_RELAYED_BYTES);
  if (!body.ok) return err({ reason: "answer_too_large", status });
  const type = response.headers.get("content-type") ?? "";
  return ok({ contentType: CONTENT_TYPE.test(type) ? type : null, body: body.value });
}
