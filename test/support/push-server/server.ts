/**
 * A small push server as another team might write it, correct except for the one configured fault. It shows that the
 * conformance suite can fail, and at which case.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { sign } from "../../../emulator/crypto.ts";
import type { PushServerOptions } from "./flaw.ts";
import { receive, refuse, type Answer, type Taken } from "./receive.ts";

/** A running server. */
export interface PushServer {
  readonly url: string;
  /** The path that lists the messages of a user, with `{openid}` in it. */
  readonly takenUrl: string;
  stop(): Promise<void>;
}

/** The options that can change while it runs. */
interface State {
  readonly taken: Taken;
  inFlight: number;
  posts: number;
  isDead: boolean;
}

const MAX_BYTES = 64 * 1024;
const FEW = 10;
const SLOW_MS = 50;
const DEEP = /(?:<\w+>){999}|\[{999}|(?:\{"a":){999}/;

/** Starts the push server on a free port. */
export async function startPushServer(options: PushServerOptions): Promise<PushServer> {
  const state: State = { taken: new Map(), inFlight: 0, posts: 0, isDead: false };
  const server = createServer((request, response) => {
    void handle(request, response, options, state);
  });
  const origin = `http://127.0.0.1:${await listen(server)}`;
  return {
    url: `${origin}/push`,
    takenUrl: `${origin}/taken/{openid}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: PushServerOptions,
  state: State,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const body = await readBytes(request);
  if (url.pathname.startsWith("/taken/")) {
    const user = decodeURIComponent(url.pathname.slice("/taken/".length));
    response.end((state.taken.get(user) ?? []).join("\n"));
    return;
  }
  if (options.flaw === "few at once" && (await isTooMany(state))) {
    response.writeHead(503).end("busy");
    return;
  }
  const answer = answerTo(request.method ?? "", url.searchParams, body, options, state);
  if (answer === "none") return;
  response.writeHead(answer.status, { "content-type": answer.type ?? "text/plain" }).end(answer.body);
}

/**
 * Handles requests slowly and only a few at a time.
 *
 * @returns whether this request is one too many
 */
async function isTooMany(state: State): Promise<boolean> {
  if (state.inFlight === FEW) return true;
  state.inFlight += 1;
  await delay(SLOW_MS);
  state.inFlight -= 1;
  return false;
}

function answerTo(
  method: string,
  query: URLSearchParams,
  body: Buffer | undefined,
  options: PushServerOptions,
  state: State,
): Answer | "none" {
  const { flaw } = options;
  if (flaw === "hangs") return "none";
  if (flaw === "500" || state.isDead) return { status: 500, body: "oops" };
  if (flaw === "garbage") return { status: 200, body: "<html>welcome</html>" };
  if (method === "GET") return verify(query, options);
  if (method !== "POST" && !(method === "PUT" && flaw === "takes PUT")) return { status: 405, body: "no" };
  state.posts += 1;
  if (flaw === "hangs now and then" && state.posts % 40 === 0) return "none";
  if (body === undefined) return flaw === "hangs at large bodies" ? "none" : { status: 413, body: "too large" };
  if (flaw === "hangs at deep bodies" && DEEP.test(body.toString())) return "none";
  if (flaw === "dies of a bomb" && body.includes("<!ENTITY e9")) {
    state.isDead = true;
    return "none";
  }
  return receiveOrFail(query, body, options, state);
}

function receiveOrFail(query: URLSearchParams, body: Buffer, options: PushServerOptions, state: State): Answer {
  const { flaw } = options;
  try {
    return receive(query, body, options, state.taken);
  } catch (error) {
    if (flaw === "swallows errors" || flaw === "takes rubbish") return { status: 200, body: "success" };
    if (flaw === "stack trace" && error instanceof Error) return { status: 500, body: String(error.stack) };
    return error instanceof RangeError ? { status: 500, body: "cannot" } : { status: 400, body: "bad request" };
  }
}

function verify(query: URLSearchParams, options: PushServerOptions): Answer {
  const { token, flaw } = options;
  const echostr = query.get("echostr") ?? "";
  const parts = [token, query.get("timestamp") ?? "", query.get("nonce") ?? ""];
  const expected = flaw === "sorts by locale" ? signByLocale(parts) : sign(parts);
  const holds = query.get("signature") === expected && echostr !== "";
  if (!holds && flaw !== "echoes anything") return refuse(options, expected);
  const body = flaw === "echoes in quotes" ? JSON.stringify(echostr) : echostr;
  return { status: 200, body, type: flaw === "echoes as a page" ? "text/html" : "text/plain" };
}

/** Signs with the parts in dictionary order, which ignores case at first. */
function signByLocale(parts: readonly string[]): string {
  return sign([parts.toSorted((a, b) => a.localeCompare(b, "en")).join("")]);
}

/** Reads at most 64 KB; undefined when the body is larger. */
async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BYTES) chunks.push(bytes);
  }
  return size > MAX_BYTES ? undefined : Buffer.concat(chunks);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
