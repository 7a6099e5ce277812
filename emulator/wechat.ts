/**
 * A local WeChat: serves api.weixin.qq.com's endpoints and, under `/_emulator/`, the control interface. It does not
 * depend on a runtime: tests call `handle` in their own process, `index.ts` wraps it as a Worker. It shares no code
 * with the worker under test.
 */
import { randomBytes } from "node:crypto";
import { serveApi } from "./api.ts";
import { serveControl } from "./control-api.ts";
import { CONTROL_PREFIX } from "./control-prefix.ts";
import type { EmulatedAppInput, Switches } from "./model.ts";
import type { Service } from "./service.ts";
import { createWorld, type Ports, type Sleep } from "./world.ts";

/** The dependencies of an emulator; only the apps are required. */
export interface WeChatOptions {
  /** The mini programs; the first is used when a request names none. */
  readonly apps: readonly EmulatedAppInput[];
  /** Delivers pushes; default: the global fetch at the time of the call. */
  readonly fetch?: Ports["send"];
  /** Returns the machine's time, epoch milliseconds; default: Date.now. */
  readonly now?: () => number;
  /** Waits between retries, for slow answers and for the push timeout; default: a timer. */
  readonly sleep?: Sleep;
  /** Returns random bytes; default: `randomBytes` of `node:crypto`. */
  readonly randomBytes?: (size: number) => Uint8Array;
  /** The worker's REST API, to lift its pauses; without it a reset does not change them. */
  readonly service?: Service;
  /** The switches at the start and after a reset that differ from `DEFAULT_SWITCHES`. */
  readonly switches?: Partial<Switches>;
}

/** A running emulator. */
export interface WeChat {
  /** Answers a request by its path; the host is ignored. */
  readonly handle: (request: Request) => Promise<Response>;
}

/**
 * Creates an emulator with empty state.
 *
 * @throws RangeError without an app, or with the same appid twice
 * @example const wechat = createWeChat({ apps: [app], fetch: (request) => worker.fetch(request) }); const control =
 * createControl(wechat.handle); await control.text("oUser", "你好");
 */
export function createWeChat(options: WeChatOptions): WeChat {
  const ports: Ports = {
    send: options.fetch ?? ((request) => fetch(request)),
    now: options.now ?? (() => Date.now()),
    sleep: options.sleep ?? timerSleep,
    randomBytes: options.randomBytes ?? ((size) => randomBytes(size)),
    ...(options.service !== undefined && { service: options.service }),
  };
  const world = createWorld(ports, options.apps, options.switches ?? {});
  return {
    handle: (request) =>
      new URL(request.url).pathname.startsWith(CONTROL_PREFIX)
        ? serveControl(world, request)
        : serveApi(world, request),
  };
}

function timerSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener("abort", end, { once: true });
  });
}
