/**
 * Calls the REST API of the worker beside the emulator, for the phone page and for a reset: which mini programs are
 * paused, and lifting a pause. Uses the API key from `npm start`; the key is sent only to the worker.
 */
import * as v from "valibot";
import { readBoth } from "../shared/base/bilingual.ts";
import type { PauseView, ResumeView } from "./model.ts";

/** Where the worker can be reached. */
export interface ServiceOptions {
  /** Its origin. */
  readonly url: string;
  readonly apiKey: string;
}

/** The calls to the worker. */
export interface Service {
  /** Returns the mini programs that cannot send; null when there is no usable answer. Never rejects. */
  pauses(): Promise<readonly PauseView[] | null>;
  /**
   * Has the worker send one waiting message and lift the pause if WeChat accepts it. Returns null when there is no
   * usable answer. Never rejects.
   */
  resume(appid: string): Promise<ResumeView | null>;
}

/** Timeout of the report, milliseconds: the worker reads its accounts within two seconds. */
const PAUSES_MS = 5_000;
/** Timeout of `resume`, milliseconds: the worker fetches an access token, then sends one message. */
const RESUME_MS = 40_000;

const FaultsSchema = v.array(
  v.object({
    appid: v.string(),
    reason: v.string(),
    code: v.exactOptional(v.string()),
    meaning: v.string(),
    cure: v.string(),
    until: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())),
  }),
);
const HealthSchema = v.object({ faults: FaultsSchema });
const ResumedSchema = v.object({
  resumed: v.boolean(),
  trial: v.object({
    outcome: v.picklist(["none", "sent", "message_refused", "refused", "unknown", "running", "no_token"]),
    code: v.exactOptional(v.string()),
  }),
});

/**
 * Creates the calls.
 *
 * @param send sends a request and returns the answer
 */
export function createService(send: (request: Request) => Promise<Response>, { url, apiKey }: ServiceOptions): Service {
  /** Sends a request and validates the answer; null when there is none or it is malformed. */
  async function ask<T>(schema: v.GenericSchema<unknown, T>, request: Request): Promise<T | null> {
    try {
      const response = await send(request);
      const parsed = v.safeParse(schema, await response.json());
      return response.ok && parsed.success ? parsed.output : null;
    } catch {
      return null; // the worker is not running, or another program uses its port
    }
  }

  const headers = { authorization: `Bearer ${apiKey}` };
  return {
    async pauses() {
      const signal = AbortSignal.timeout(PAUSES_MS);
      const health = await ask(HealthSchema, new Request(`${url}/healthz`, { headers, signal }));
      return health === null ? null : health.faults.flatMap(toPauses);
    },
    resume(appid) {
      const query = new URLSearchParams({ appid }).toString();
      const signal = AbortSignal.timeout(RESUME_MS);
      return ask(ResumedSchema, new Request(`${url}/api/v1/resume?${query}`, { method: "POST", headers, signal }));
    },
  };
}

/**
 * Lifts the pause of every app that the worker reports: after a reset the cause is cleared. Never rejects; an app whose
 * test send WeChat refuses stays paused.
 */
export async function liftPauses(service: Service): Promise<void> {
  const pauses = (await service.pauses()) ?? [];
  const appids = new Set(pauses.map(({ appid }) => appid));
  await Promise.all(Array.from(appids, (appid) => service.resume(appid)));
}

/** Returns the pause that a fault describes; none for a fault that does not stop messages, or without code or end. */
function toPauses(fault: v.InferOutput<typeof FaultsSchema>[number]): PauseView[] {
  const { appid, reason, code, until } = fault;
  if (reason !== "paused" && reason !== "token_refused") return [];
  if (code === undefined || until === undefined) return [];
  const [meaning, cure] = [readBoth(fault.meaning), readBoth(fault.cure)];
  return [{ appid, reason, code, meaning, cure, until: Date.parse(until) }];
}
