/**
 * One HTTP exchange as WeChat makes it: on a separate connection, without following redirects, with a timeout. Written
 * on `node:http`, because `fetch` loses the answer of a server that refuses a large body before it was all sent.
 */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** A request. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** The result of a request: an answer, none in time, or an error of the connection. */
export type Reply =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
      readonly text: string;
      readonly ms: number;
    }
  | { readonly kind: "timeout"; readonly ms: number }
  | { readonly kind: "network"; readonly code: string };

/** How much of an answer is read, bytes. Valid answers have a few hundred. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** Sends a request and reads the answer; never throws. */
export function exchange({ method, url, headers = {}, body }: WireRequest, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve) => {
    const started = performance.now();
    const elapsed = () => Math.round(performance.now() - started);
    const request = (url.startsWith("https:") ? requestHttps : requestHttp)(url, {
      method,
      headers: { "user-agent": "wechat-push-conformance", ...headers },
      agent: false,
    });
    const settle = (reply: Reply): void => {
      clearTimeout(timer);
      resolve(reply);
      request.destroy();
    };
    const timer = setTimeout(() => settle({ kind: "timeout", ms: elapsed() }), timeoutMs);
    request.on("error", (error) => settle({ kind: "network", code: codeOf(error) }));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = (): void => {
        const bytes = Buffer.concat(chunks);
        const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        settle({
          kind: "answer",
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(flat),
          body: bytes,
          text: bytes.toString("utf8"),
          ms: elapsed(),
        });
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) finish();
      });
      response.on("end", finish);
      response.on("error", (error) => settle({ kind: "network", code: codeOf(error) }));
    });
    request.end(body);
  });
}

/** Returns a code such as `ECONNREFUSED`; not the error's text, which may quote the address. */
function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
