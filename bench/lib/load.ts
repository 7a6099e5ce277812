/**
 * Generates the load: a fixed number of pushes over a few keep-alive connections, one push at a time per connection (a
 * closed loop). Uses plain sockets, because an HTTP client would cost more than the servers that are measured.
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { quantile } from "../stats.ts";
import type { BenchPush } from "./push.ts";

/** The pushes and their target. */
export interface LoadOptions {
  /** An address on this machine, `http://127.0.0.1:8787/wechat/message`. */
  readonly url: string;
  readonly connections: number;
  readonly pushes: number;
  /** Makes the n-th push, immediately before it is sent. */
  readonly makePush: (index: number) => BenchPush;
  /** Called after each answer with the number of answers so far. */
  readonly onAnswered?: (answered: number) => void;
}

/** The result of a load. */
export interface LoadResult {
  readonly seconds: number;
  readonly p99Ms: number;
}

/**
 * Sends the pushes; resolves when all are answered.
 *
 * @throws when an answer is not 200 `success`: a figure for a server that rejects pushes would be meaningless
 */
export async function sendLoad(options: LoadOptions): Promise<LoadResult> {
  const url = new URL(options.url);
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  async function work(): Promise<void> {
    const connection = await openConnection(url);
    try {
      while (next < options.pushes) {
        const push = options.makePush(next);
        next += 1;
        const sentAt = performance.now();
        await connection.send(push);
        latencies.push(performance.now() - sentAt);
        options.onAnswered?.(latencies.length);
      }
    } finally {
      connection.close();
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.connections, options.pushes) }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  return { seconds, p99Ms: quantile(latencies, 0.99) };
}

/** A kept-open connection to the push URL; one push is under way at a time. */
export interface Connection {
  /** Sends a push. @throws when it is not answered with 200 `success` */
  readonly send: (push: BenchPush) => Promise<void>;
  readonly close: () => void;
}

/** Opens a connection. */
export async function openConnection(url: URL): Promise<Connection> {
  const socket = await openSocket(url);
  const read = readAnswers(socket);
  return {
    async send(push) {
      socket.write(toHttp(url, push));
      const { status, body } = await read();
      if (status !== 200 || body !== "success") throw new Error(`a push was answered ${status} ${body.slice(0, 200)}`);
    },
    close: () => socket.destroy(),
  };
}

function openSocket(url: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** Serialises a push as an HTTP request. */
function toHttp(url: URL, push: BenchPush): string {
  const head = [
    `POST ${url.pathname}?${push.query} HTTP/1.1`,
    `Host: ${url.host}`,
    "Content-Type: text/xml",
    // The header that Cloudflare adds for every Worker; ours uses it as its request id.
    `CF-Ray: ${rayOf(push)}`,
    `Content-Length: ${Buffer.byteLength(push.body)}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${push.body}`;
}

/** Returns sixteen hex digits, different for every push. */
function rayOf({ query }: BenchPush): string {
  return query.slice(-16);
}

/** An answer of the server. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Returns a function that waits for the next answer on a connection; only one request is in flight at a time. */
function readAnswers(socket: Socket): () => Promise<HttpAnswer> {
  let buffered = "";
  let waiting: { resolve: (answer: HttpAnswer) => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the server closed the connection")));
  socket.on("data", (data) => {
    buffered += data.toString("latin1");
    const answer = parseAnswer(buffered);
    if (answer === undefined) return;
    buffered = "";
    waiting?.resolve(answer);
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
}

/** Parses an answer with a Content-Length; undefined while it is incomplete. */
export function parseAnswer(text: string): HttpAnswer | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length === undefined) throw new Error("the bench reads only answers with a Content-Length");
  const body = text.slice(end + 4);
  if (body.length < Number(length)) return undefined;
  return { status: Number(head.split(" ", 2)[1]), body };
}
