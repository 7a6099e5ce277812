/**
 * The emulator as its own Worker, beside the worker under test (port 8788). Never deployed. One Durable Object takes
 * all requests, so that a delivery under way does not depend on the request that started it; its state survives
 * evictions and is lost when the process ends.
 */
import { DurableObject } from "cloudflare:workers";
import * as v from "valibot";
import { CONTROL_PREFIX } from "./control-prefix.ts";
import { DEMO_PATH, openDesk } from "./demo-agent.ts";
import { refuseForeign, servePage, type PageFiles } from "./page.ts";
import { AppsSchema, describeIssues, WorkerSchema } from "./requests.ts";
import { createService, type Service, type ServiceOptions } from "./service.ts";
import { createWeChat, type WeChat } from "./wechat.ts";
import { parseJson } from "./wire.ts";

interface EmulatorEnv {
  /** JSON list of `{appid, secret, account?, token, aesKey, mode, format, pushUrl}`. */
  readonly APPS: string;
  /** JSON object of the phone page's files; without it the page is not served. */
  readonly PHONE?: string;
  /** JSON object `{url, apiKey}` of the worker: needed to show and lift its pauses and to sign in the demo agent. */
  readonly WORKER?: string;
  /** Offset of the emulator's clock from the machine's, milliseconds; default 0. */
  readonly CLOCK_OFFSET_MS?: string;
  readonly EMULATOR: DurableObjectNamespace<Emulator>;
}

// Kept in a variable of the module and not in the object, because the runtime evicts an idle object after some seconds,
// while the module is kept as long as the process runs.
let wechat: WeChat | undefined;

/** The one object that simulates WeChat. */
export class Emulator extends DurableObject<EmulatorEnv> {
  override async fetch(request: Request): Promise<Response> {
    wechat ??= createEmulator(this.env);
    return wechat.handle(request);
  }
}

let page: PageFiles | undefined;

export default {
  async fetch(request, env) {
    page ??= JSON.parse(env.PHONE ?? "{}") as PageFiles;
    const file = servePage(page, request);
    if (file !== null) return file;
    const { pathname } = new URL(request.url);
    const refusal = pathname.startsWith(CONTROL_PREFIX) ? refuseForeign(request) : null;
    if (refusal !== null) return refusal;
    if (pathname === DEMO_PATH && env.WORKER !== undefined)
      return openDesk(request, (call) => fetch(call), readWorker(env.WORKER));
    return env.EMULATOR.getByName("wechat").fetch(request);
  },
} satisfies ExportedHandler<EmulatorEnv>;

function createEmulator({ APPS, WORKER, CLOCK_OFFSET_MS = "0" }: EmulatorEnv): WeChat {
  const offsetMs = Number(CLOCK_OFFSET_MS);
  return createWeChat({
    apps: readVariable("APPS", AppsSchema, APPS),
    now: () => Date.now() + offsetMs,
    ...(WORKER !== undefined && { service: connectWorker(WORKER) }),
  });
}

function connectWorker(json: string): Service {
  return createService((request) => fetch(request), readWorker(json));
}

function readWorker(json: string): ServiceOptions {
  return readVariable("WORKER", WorkerSchema, json);
}

/** Parses a variable. @throws TypeError when it is malformed */
function readVariable<T>(name: string, schema: v.GenericSchema<unknown, T>, json: string): T {
  const parsed = v.safeParse(schema, parseJson(json));
  if (!parsed.success) throw new TypeError(`${name}: ${describeIssues(parsed.issues)}`);
  return parsed.output;
}
