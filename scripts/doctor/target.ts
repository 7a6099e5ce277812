/** The checked worker, and how it is called: with a timeout, no redirects, and a limit on the size of the response. */
import type { PushMode } from "../../emulator/push-model.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { failed, type CheckName, type Finding } from "./finding.ts";
import { cureOf, findInterception, meaningOf, type Interception } from "./interception.ts";

/** The worker's address and keys. A check is skipped when it needs a value that was not given. */
export interface Target {
  /** Origin of the worker. */
  readonly url: string;
  readonly appid?: string;
  /** The Token of the message push settings. */
  readonly token?: string;
  readonly aesKey?: string;
  readonly apiKey?: string;
  /** The push mode set in the console, if it was given. */
  readonly mode?: PushMode;
}

/** The injected dependencies of the checks. */
export interface Ports {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Returns the time of this machine's clock, epoch ms. */
  readonly now: () => number;
  /** Returns new random bytes. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** An answer, or the reason why there is none. */
export type Reply =
  | {
      readonly status: number;
      readonly body: string;
      readonly headers: Headers;
      /** Epoch ms; `sentAt` was read before the request was sent, `receivedAt` after the response arrived. */
      readonly sentAt: number;
      readonly receivedAt: number;
    }
  | Lost;

/** No response of the worker: the time limit was reached, the connection failed, or Cloudflare answered instead. */
export type Lost =
  | { readonly unreachable: "timeout" | "network" }
  | { readonly unreachable: "intercepted"; readonly interception: Interception };

const TIMEOUT_MS = 15_000;
/**
 * The maximum number of characters read of a response. The worker's responses are shorter; those of another server may
 * be longer.
 */
const MAX_BODY_LENGTH = 100_000;

/**
 * Calls the worker without following redirects. Never rejects.
 *
 * @param timeoutMs default 15,000
 */
export async function callTarget(ports: Ports, request: Request, timeoutMs = TIMEOUT_MS): Promise<Reply> {
  const sentAt = ports.now();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await ports.fetch(new Request(request, { signal, redirect: "manual" }));
    const body = (await response.text()).slice(0, MAX_BODY_LENGTH);
    const { status, headers } = response;
    const interception = findInterception({ status, headers, body });
    if (interception !== undefined) return { unreachable: "intercepted", interception };
    return { status, body, headers, sentAt, receivedAt: ports.now() };
  } catch {
    // The error's text contains only addresses and hosts; all that matters is whether it was a timeout.
    return { unreachable: signal.aborted ? "timeout" : "network" };
  }
}

/**
 * Makes the finding for a missing response.
 *
 * @param wrong the problem when there was no response; an intercepted request has its own problem and fix
 * @param cure its fix
 */
export function failedWithout(name: CheckName, lost: Lost, wrong: BilingualText, cure: BilingualText): Finding {
  if (lost.unreachable !== "intercepted") return failed(name, wrong, cure, lost.unreachable);
  const { interception } = lost;
  return failed(name, meaningOf(interception), cureOf(interception), interception.fact);
}

/** A call of the REST API. */
export interface ApiCall {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** As in `callTarget`. */
  readonly timeoutMs?: number;
}

/** Calls the REST API with a key, for the app of the target. */
export function callApi(
  ports: Ports,
  { url: origin, appid, apiKey }: Pick<Target, "url" | "appid"> & { readonly apiKey: string },
  { path, headers, timeoutMs, ...init }: ApiCall,
): Promise<Reply> {
  const url = new URL(path, origin);
  if (appid !== undefined) url.searchParams.set("appid", appid);
  const request = new Request(url, { ...init, headers: { authorization: `Bearer ${apiKey}`, ...headers } });
  return callTarget(ports, request, timeoutMs);
}

/** Parses a JSON object. @returns an empty object when the text is not one */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return toObject(JSON.parse(text));
  } catch {
    return {}; // the worker's API always answers with JSON; for any other response the caller finds no fields
  }
}

/** Returns the members of an object; none for any other value. */
export function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Returns the members of a list; none for any other value. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the first 300 characters of a text from outside, as one line; empty for any other value. */
export function toLine(value: unknown): string {
  return typeof value === "string" ? value.replace(/[\p{C}\s]+/gu, " ").slice(0, 300) : "";
}
