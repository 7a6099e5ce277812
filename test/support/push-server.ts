/**
 * A small push server as another team might write it, right by itself and wrong in the one way it is told. It shows
 * that the conformance suite can fail, and at which case. Its cryptography is the emulator's, not the suite's.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createDecipheriv } from "node:crypto";
import { decrypt, encrypt, sign } from "../../emulator/crypto.ts";

/** What may be wrong with it. */
export type Flaw =
  | "no signature check"
  | "signature instead of msg_signature"
  | "padding to 16"
  | "MsgId as a number"
  | "garbage"
  | "500"
  | "hangs"
  | "leaks the token"
  | "tells the expected signature"
  | "stack trace"
  | "takes plaintext"
  | "takes any appid"
  | "swallows errors"
  | "no deduplication"
  | "repeats get success"
  | "unsigned hand-over"
  | "plain hand-over"
  | "XML alone"
  | "throws at unknown kinds"
  | "echoes anything"
  | "echoes in quotes"
  | "sorts by locale"
  | "takes PUT";

/** What it serves. */
export interface PushServerOptions {
  readonly appid: string;
  readonly token: string;
  readonly aesKey: string;
  readonly mode: "secure" | "plain";
  readonly flaw?: Flaw;
}

/** A running server. */
export interface PushServer {
  readonly url: string;
  /** Lists what was taken from a user, with `{openid}` in it. */
  readonly takenUrl: string;
  stop(): Promise<void>;
}

type Format = "xml" | "json";
type Fields = ReadonlyMap<string, string>;

/** An answer: status, body, headers. */
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const MAX_BYTES = 64 * 1024;
const KINDS: ReadonlySet<string> = new Set(["text", "image", "miniprogrampage", "event"]);
const REFUSED: Answer = { status: 403, body: "forbidden" };

/** Starts it on a free port. */
export async function startPushServer(options: PushServerOptions): Promise<PushServer> {
  const taken = new Map<string, string[]>();
  const server = createServer((request, response) => {
    void handle(request, response, options, taken);
  });
  const port = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
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
  taken: Map<string, string[]>,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const body = await readBody(request);
  if (options.flaw === "hangs") return;
  if (url.pathname.startsWith("/taken/")) {
    response.end((taken.get(decodeURIComponent(url.pathname.slice("/taken/".length))) ?? []).join("\n"));
    return;
  }
  const { status, body: text, type = "text/plain" } = answerTo(request.method ?? "", url, body, options, taken);
  response.writeHead(status, { "content-type": type }).end(text);
}

function answerTo(
  method: string,
  url: URL,
  body: Buffer | undefined,
  options: PushServerOptions,
  taken: Map<string, string[]>,
): Answer {
  const { flaw } = options;
  if (flaw === "500") return { status: 500, body: "oops" };
  if (flaw === "garbage") return { status: 200, body: "<html>welcome</html>" };
  if (method === "GET") return verify(url.searchParams, options);
  if (method !== "POST" && !(method === "PUT" && flaw === "takes PUT")) return { status: 405, body: "no" };
  if (body === undefined) return { status: 413, body: "too large" };
  try {
    return receive(url.searchParams, body, options, taken);
  } catch (error) {
    if (flaw === "swallows errors") return { status: 200, body: "success" };
    if (flaw === "stack trace" && error instanceof Error) return { status: 500, body: String(error.stack) };
    if (flaw === "throws at unknown kinds" && error instanceof RangeError) return { status: 500, body: "unknown" };
    return { status: 400, body: "bad request" };
  }
}

function verify(query: URLSearchParams, options: PushServerOptions): Answer {
  const { token, flaw } = options;
  const echostr = query.get("echostr") ?? "";
  const [timestamp, nonce] = [query.get("timestamp") ?? "", query.get("nonce") ?? ""];
  const expected =
    flaw === "sorts by locale" ? signByLocale([token, timestamp, nonce]) : sign([token, timestamp, nonce]);
  const holds = query.get("signature") === expected && echostr !== "";
  if (!holds && flaw !== "echoes anything") return refusal(options, expected);
  return { status: 200, body: flaw === "echoes in quotes" ? JSON.stringify(echostr) : echostr };
}

/** As if the locale were asked: case does not count. */
function signByLocale(parts: readonly string[]): string {
  const sorted = parts.toSorted((a, b) => a.localeCompare(b, "en"));
  return sign([sorted.join("")]);
}

function refusal({ flaw, token }: PushServerOptions, expected: string): Answer {
  if (flaw === "leaks the token") return { status: 403, body: `the token is ${token}` };
  if (flaw === "tells the expected signature") return { status: 403, body: `expected ${expected}` };
  return REFUSED;
}

function receive(
  query: URLSearchParams,
  body: Buffer,
  options: PushServerOptions,
  taken: Map<string, string[]>,
): Answer {
  const { token, aesKey, mode, flaw } = options;
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  const format: Format = text.trimStart().startsWith("{") ? "json" : "xml";
  if (format === "json" && flaw === "XML alone") throw new Error("not XML");
  const outer = readFields(text, format, flaw);
  const [timestamp, nonce] = [query.get("timestamp") ?? "", query.get("nonce") ?? ""];
  if (timestamp === "" || nonce === "") return REFUSED;
  const encrypted = outer.get("Encrypt") ?? "";
  if (mode === "plain" || (encrypted === "" && flaw === "takes plaintext")) {
    const expected = sign([token, timestamp, nonce]);
    if (query.get("signature") !== expected && flaw !== "no signature check") return refusal(options, expected);
    const isOld = Math.abs(Date.now() / 1_000 - Number(timestamp)) > 300;
    return isOld ? REFUSED : accept(outer, format, options, taken);
  }
  const isByWrongOne = flaw === "signature instead of msg_signature";
  const expected = isByWrongOne ? sign([token, timestamp, nonce]) : sign([token, timestamp, nonce, encrypted]);
  const given = query.get(isByWrongOne ? "signature" : "msg_signature");
  if (encrypted === "") return REFUSED;
  if (given !== expected && flaw !== "no signature check") return refusal(options, expected);
  if (flaw === "padding to 16") checkPaddingTo16(aesKey, encrypted);
  const opened = decrypt(aesKey, encrypted);
  if (!opened.ok) throw new Error(opened.error);
  if (opened.value.receiveId !== options.appid && flaw !== "takes any appid") return REFUSED;
  const innerFormat: Format = opened.value.message.trimStart().startsWith("{") ? "json" : "xml";
  return accept(readFields(opened.value.message, innerFormat, flaw), format, options, taken);
}

/** What a library's own unpadding does, WebCrypto's for one: 16 is the most it knows. */
function checkPaddingTo16(aesKey: string, encrypted: string): void {
  const key = Buffer.from(`${aesKey}=`, "base64");
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16));
  decipher.update(Buffer.from(encrypted, "base64"));
  decipher.final();
}

function accept(fields: Fields, format: Format, options: PushServerOptions, taken: Map<string, string[]>): Answer {
  const { flaw } = options;
  const type = fields.get("MsgType") ?? "";
  const user = fields.get("FromUserName") ?? "";
  if (flaw === "throws at unknown kinds" && !KINDS.has(type)) throw new RangeError(type);
  if (user === "" || type === "event") return { status: 200, body: "success" };
  const list = taken.get(user) ?? [];
  taken.set(user, list);
  const msgId = fields.get("MsgId") ?? "";
  const isRepeat = list.includes(msgId);
  if (!isRepeat || flaw === "no deduplication") list.push(msgId);
  if (isRepeat && flaw === "repeats get success") return { status: 200, body: "success" };
  return handOver(fields, format, options);
}

function handOver(fields: Fields, format: Format, options: PushServerOptions): Answer {
  const { appid, token, aesKey, mode, flaw } = options;
  const seconds = Math.floor(Date.now() / 1_000);
  const content = writeFlat(format, {
    ToUserName: fields.get("FromUserName") ?? "",
    FromUserName: fields.get("ToUserName") ?? "",
    CreateTime: seconds,
    MsgType: "transfer_customer_service",
  });
  if (mode === "plain" || flaw === "plain hand-over") return { status: 200, body: content };
  const sealed = encrypt(aesKey, appid, Buffer.from(content), randomBytes(16));
  const signature = flaw === "unsigned hand-over" ? "" : sign([token, String(seconds), "1", sealed]);
  const envelope = { Encrypt: sealed, MsgSignature: signature, TimeStamp: seconds, Nonce: "1" };
  return { status: 200, body: writeFlat(format, envelope) };
}

function writeFlat(format: Format, fields: Readonly<Record<string, string | number>>): string {
  if (format === "json") return JSON.stringify(fields);
  const children = Object.entries(fields).map(([name, value]) =>
    typeof value === "number" ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
  );
  return `<xml>${children.join("")}</xml>`;
}

const CHILD = /<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g;

/** The fields this server uses; MsgId as it stands there, or as a number when that is its flaw. */
function readFields(text: string, format: Format, flaw: Flaw | undefined): Fields {
  if (text.includes("<!DOCTYPE")) throw new Error("DOCTYPE");
  const fields = format === "json" ? readJson(text) : readXml(text);
  const msgId = fields.get("MsgId");
  if (msgId !== undefined && flaw === "MsgId as a number") fields.set("MsgId", String(Number(msgId)));
  return fields;
}

function readXml(text: string): Map<string, string> {
  if (!/^\s*<xml>[\s\S]*<\/xml>\s*$/.test(text)) throw new Error("not XML");
  const fields = new Map<string, string>();
  for (const [, name = "", cdata, bare = ""] of text.matchAll(CHILD)) {
    if (name === "Encrypt" && fields.has(name)) throw new Error("Encrypt twice");
    fields.set(name, cdata ?? bare.trim());
  }
  return fields;
}

function readJson(text: string): Map<string, string> {
  const exact = text.replace(/("MsgId"\s*:\s*)(\d+)/, '$1"$2"');
  const value: unknown = JSON.parse(exact);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  return new Map(Object.entries(value).flatMap(([name, field]) => (isScalar(field) ? [[name, String(field)]] : [])));
}

function isScalar(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

/** Reads at most 64 KB; undefined when there is more. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
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
