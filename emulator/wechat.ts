/**
 * A local WeChat: serves api.weixin.qq.com's endpoints and, under `/_emulator/`, the control interface. It depends on
 * no runtime: tests call `handle` in their own process, `index.ts` makes a Worker of it. It shares no code with the
 * worker under test.
 */
import { randomBytes } from "node:crypto";
import { serveApi } from "./api.ts";
import { serveControl } from "./control-api.ts";
import { CONTROL_PREFIX } from "./control-prefix.ts";
import type { EmulatedAppInput, Switches } from "./model.ts";
import type { Service } from "./service.ts";
import { createWorld, type Ports, type Sleep } from "./world.ts";

/** The parts of an emulator; only the apps are required. */
export interface WeChatOptions {
  /** The mini programs; the first is used when a request names none. */
  readonly apps: readonly EmulatedAppInput[];
  /** Delivers pushes; the default is the global fetch at the time of the call. */
  readonly fetch?: Ports["send"];
  /** The machine's clock, epoch milliseconds; the default is Date.now. */
  readonly now?: () => number;
  /** Waits between retries, for slow answers and for the push time-out; the default is a timer. */
  readonly sleep?: Sleep;
  /** The default is `node:crypto`'s. */
  readonly randomBytes?: (size: number) => Uint8Array;
  /** The worker's REST API, for its pauses; without it a reset does not change them. */
  readonly service?: Service;
  /** The switches at the start and after a reset, if they differ from `DEFAULT_SWITCHES`. */
  readonly switches?: Partial<Switches>;
}

/** A running emulator. */
export interface WeChat {
  /** Answers one request by its path; the host does not matter. */
  readonly handle: (request: Request) => Promise<Response>;
}

/**
 * Creates an emulator with an empty memory.
 *
 * @throws RangeError without an app, or with the same appid twice
 * @example
 * const wechat = createWeChat({ apps: [app], fetch: (request) => worker.fetch(request) });
 * const control = createControl(wechat.handle);
 * await control.text("oUser", "你好");
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
