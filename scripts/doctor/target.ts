/**
 * The worker under examination, and how it is called: time-boxed, no redirect followed, a bounded answer.
 */
import type { PushMode } from "../../emulator/push-model.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { failed, type CheckName, type Finding } from "./finding.ts";
import { cureOf, findInterception, meaningOf, type Interception } from "./interception.ts";

/** What the doctor knows about the worker. What is absent was not given; its checks are skipped. */
export interface Target {
  /** Origin of the worker. */
  readonly url: string;
  readonly appid?: string;
  /** The Token of the message push settings. */
  readonly token?: string;
  readonly aesKey?: string;
  readonly apiKey?: string;
  /** The mode the console is set to, when it was said. */
  readonly mode?: PushMode;
}

/** What the checks need from outside. */
export interface Ports {
  readonly fetch: (request: Request) => Promise<Response>;
  /** The clock of this machine, epoch ms. */
  readonly now: () => number;
  /** Fresh random bytes. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** An answer, or why there is none. */
export type Reply =
  | {
      readonly status: number;
      readonly body: string;
      readonly headers: Headers;
      /** Epoch ms, before the request and after the answer. */
      readonly sentAt: number;
      readonly receivedAt: number;
    }
  | Lost;

/** No answer of the worker's: none in time, none at all, or one that Cloudflare gave in its place. */
export type Lost =
  | { readonly unreachable: "timeout" | "network" }
  | { readonly unreachable: "intercepted"; readonly interception: Interception };

const TIMEOUT_MS = 15_000;
/** No answer of ours is longer; what is behind a wrong URL may be. */
const MAX_BODY_LENGTH = 100_000;

/**
 * Calls the worker.
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
    // The error's text names addresses and hosts at best; which of the two it was is what matters.
    return { unreachable: signal.aborted ? "timeout" : "network" };
  }
}

/**
 * What is said of an answer that was lost.
 *
 * @param wrong what is wrong when nothing answered
 * @param cure what to do about that
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
  /** As of `callTarget`. */
  readonly timeoutMs?: number;
}

/** Calls the REST API with a key, for the app that was named. */
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

/** Reads a JSON object. @returns an empty one when it is none */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return toObject(JSON.parse(text));
  } catch {
    return {}; // whoever answers no JSON is not our worker: its fields are missed by the caller
  }
}

/** The members of an object; of anything else none. */
export function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The members of a list; of anything else none. */
export function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A short text from outside, in one line; anything else is empty. */
export function toLine(value: unknown): string {
  return typeof value === "string" ? value.replace(/[\p{C}\s]+/gu, " ").slice(0, 300) : "";
}
