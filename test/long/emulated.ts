/**
 * The emulated WeChat in the process of the long run itself: its records are read without a request, its clock can be
 * set, and a worker can be killed at the moment a request arrives.
 */
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Server } from "node:http";
import { createControl, type Control } from "../../emulator/control.ts";
import type { EmulatedAppInput } from "../../emulator/model.ts";
import { createWeChat } from "../../emulator/wechat.ts";
import { LOCAL_APP } from "../../scripts/lib/local-app.ts";

/** The steps of a message that WeChat sees. */
export type Moment = "push sent" | "push answered" | "token asked" | "send arrived" | "send answered";

/** An emulated WeChat that reports the steps it sees. */
export interface Emulated {
  readonly control: Control;
  /** Calls the listener at each moment until the returned function is called. */
  watch(listener: (moment: Moment) => void): () => void;
  stop(): Promise<void>;
}

/** A second mini program, for the fault that lasts until midnight. */
export const SECOND_APP = { ...LOCAL_APP, appid: "wxfedcba9876543210" } as const;

/** A third mini program, whose users are served by the desk. */
export const DESK_APP = { ...LOCAL_APP, appid: "wx0000000000000d35" } as const;

/** All mini programs of a long run. */
export const APPS = { first: LOCAL_APP, second: SECOND_APP, desk: DESK_APP } as const;

const SEND_PATH = "/cgi-bin/message/custom/send";
const TOKEN_PATH = "/cgi-bin/stable_token";

/**
 * Serves it on this machine.
 *
 * @param ports where it listens, and where the worker does
 * @param now its clock, epoch ms
 */
export async function serveEmulated(
  ports: { readonly emulator: number; readonly worker: number },
  now: () => number = Date.now,
): Promise<Emulated> {
  const listeners = new Set<(moment: Moment) => void>();
  const tell = (moment: Moment): void => {
    for (const listener of listeners) listener(moment);
  };
  const wechat = createWeChat({
    apps: Object.values(APPS).map((app) => appAt(app, ports.worker)),
    now,
    async fetch(request) {
      tell("push sent");
      const response = await fetch(request);
      tell("push answered");
      return response;
    },
  });
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === SEND_PATH) tell("send arrived");
    if (pathname === TOKEN_PATH) tell("token asked");
    const response = await wechat.handle(request);
    if (pathname === SEND_PATH) tell("send answered");
    return response;
  };
  const server = await listen(answer, ports.emulator);
  return {
    control: createControl(wechat.handle),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => closeServer(server),
  };
}

function appAt(app: (typeof APPS)[keyof typeof APPS], worker: number): EmulatedAppInput {
  const pushUrl = `http://127.0.0.1:${worker}/wechat/${app.appid}/message`;
  return { ...app, mode: "secure", format: "xml", pushUrl };
}

function listen(answer: (request: Request) => Promise<Response>, port: number): Promise<Server> {
  const fetch = async (request: Request, { outgoing }: HttpBindings): Promise<Response> => {
    const response = await answer(request);
    const body = await readBody(response);
    if (body !== undefined) return new Response(body, response);
    outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  };
  const server = createAdaptorServer({ fetch: (request, env) => fetch(request, env as HttpBindings) }) as Server;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** Undefined when the emulator breaks the connection during its answer. */
async function readBody(response: Response): Promise<ArrayBuffer | undefined> {
  try {
    return await response.arrayBuffer();
  } catch {
    return undefined;
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
