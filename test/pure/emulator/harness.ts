/**
 * Shared by the emulator's tests: an emulator with a manual clock, a worker that is a function, and a receiver of
 * pushes written with WebCrypto only, so that it does not repeat a mistake of `emulator/crypto.ts`.
 */
import { createControl } from "../../../emulator/control.ts";
import type { EmulatedApp, Switches } from "../../../emulator/model.ts";
import { createWeChat } from "../../../emulator/wechat.ts";

export const START = Date.UTC(2026, 10, 22, 4, 0, 0);
export const API = "https://api.weixin.qq.com";

export const APP: EmulatedApp = {
  appid: "wx1111111111111111",
  secret: "secret-one",
  account: "gh_000000000001",
  token: "tokenOne",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  mode: "secure",
  format: "xml",
  pushUrl: "https://worker.test/wechat/message",
};

export const OTHER_APP: EmulatedApp = {
  ...APP,
  appid: "wx2222222222222222",
  secret: "secret-two",
  account: "gh_000000000002",
  token: "tokenTwo",
};

type Worker = (request: Request) => Response | Promise<Response>;

interface HarnessOptions {
  readonly apps?: readonly EmulatedApp[];
  readonly worker?: Worker;
  readonly switches?: Partial<Switches>;
}

/**
 * An emulator under test. Waits end at once and advance the clock; a wait that a signal may end (the platform's
 * timeout, a slow answer) lasts until the signal, unless `timers` is `instant`.
 */
export function createHarness(options: HarnessOptions = {}) {
  const state = {
    now: START,
    timers: "held" as "held" | "instant",
    slept: [] as number[],
    /** Called when a wait that a signal may end has begun. */
    onHeld: (): void => {},
  };
  const worker: { answer: Worker } = { answer: options.worker ?? (() => new Response("success")) };
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal !== undefined && state.timers === "held") {
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
        state.onHeld();
      });
    }
    state.slept.push(ms);
    state.now += ms;
    return Promise.resolve();
  };
  const wechat = createWeChat({
    apps: options.apps ?? [APP],
    fetch: async (request) => worker.answer(request),
    now: () => state.now,
    sleep,
    ...(options.switches === undefined ? {} : { switches: options.switches }),
  });
  const control = createControl(wechat.handle, "http://emulator.test");

  /** Calls the API and reads its JSON. */
  async function api(
    path: string,
    body?: string | FormData | Uint8Array<ArrayBuffer>,
  ): Promise<Record<string, unknown>> {
    const init = body === undefined ? {} : { method: "POST", body };
    const response = await wechat.handle(new Request(`${API}${path}`, init));
    return response.json();
  }

  async function token(app: EmulatedApp = APP, force = false): Promise<string> {
    const { appid, secret } = app;
    const body = { grant_type: "client_credential", appid, secret, ...(force ? { force_refresh: true } : {}) };
    const answer = await api("/cgi-bin/stable_token", JSON.stringify(body));
    if (typeof answer["access_token"] !== "string") throw new Error(`no token: ${JSON.stringify(answer)}`);
    return answer["access_token"];
  }

  /** Sends a body by custom/send and returns the errcode. */
  async function send(body: unknown, app: EmulatedApp = APP): Promise<unknown> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return (await api(`/cgi-bin/message/custom/send?access_token=${await token(app)}`, text))["errcode"];
  }

  const text = (touser: string, content = "你好") => ({ touser, msgtype: "text", text: { content } });
  return { state, worker, wechat, control, api, token, send, text };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Lower-case hex SHA-1 of the sorted, joined parts. */
export async function sha1(...parts: string[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", encoder.encode(parts.toSorted().join("")));
  return Buffer.from(digest).toString("hex");
}

/** The parsed push of a worker. */
export interface ReceivedPush {
  readonly text: string;
  readonly envelope: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** Whether `signature` and, if present, `msg_signature` are correct. */
  readonly isGenuine: boolean;
  /** The id behind the message; null in plain mode. */
  readonly receiveId: string | null;
}

/** Verifies and decrypts a push. */
export async function receive(app: EmulatedApp, request: Request): Promise<ReceivedPush> {
  const query = new URL(request.url).searchParams;
  const part = (name: string): string => query.get(name) ?? "";
  const envelope = await request.text();
  const contentType = request.headers.get("content-type") ?? "";
  const isSigned = part("signature") === (await sha1(app.token, part("timestamp"), part("nonce")));
  const encrypted = /<Encrypt><!\[CDATA\[(.*?)\]\]>|"Encrypt":"(.*?)"/.exec(envelope);
  const cipher = encrypted?.[1] ?? encrypted?.[2];
  if (cipher === undefined) {
    return { text: envelope, envelope, query, contentType, isGenuine: isSigned, receiveId: null };
  }
  const expected = await sha1(app.token, part("timestamp"), part("nonce"), cipher);
  const opened = await open(app.aesKey, cipher);
  return { ...opened, envelope, query, contentType, isGenuine: isSigned && part("msg_signature") === expected };
}

/** Decrypts by WebCrypto: a constant block of valid padding is appended, so that WeChat's padding is kept. */
export async function open(aesKey: string, base64: string): Promise<{ text: string; receiveId: string }> {
  const { key, iv } = await importKey(aesKey);
  const cipher = Buffer.from(base64, "base64");
  const last = new Uint8Array(cipher.subarray(-16));
  const tail = await crypto.subtle.encrypt({ name: "AES-CBC", iv: last }, key, new Uint8Array(0));
  const whole = new Uint8Array(Buffer.concat([cipher, Buffer.from(tail)]));
  const plain = Buffer.from(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, whole));
  const content = plain.subarray(0, plain.length - (plain.at(-1) ?? 0));
  const end = 20 + content.readUInt32BE(16);
  return { text: decoder.decode(content.subarray(20, end)), receiveId: decoder.decode(content.subarray(end)) };
}

/** An encrypted answer in the app's format, as a correct worker builds it; fields can be replaced. */
export async function seal(app: EmulatedApp, text: string, replaced: Record<string, string> = {}): Promise<string> {
  const receiveId = replaced["receiveId"] ?? app.appid;
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const content = Buffer.concat([Buffer.alloc(16, "r"), length, message, Buffer.from(receiveId)]);
  const pad = 32 - (content.length % 32);
  const { key, iv } = await importKey(app.aesKey);
  const padded = new Uint8Array(Buffer.concat([content, Buffer.alloc(pad, pad)]));
  const cipher = Buffer.from(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, key, padded)).subarray(0, -16);
  const encrypt = cipher.toString("base64");
  const signature = replaced["signature"] ?? (await sha1(app.token, "1700000000", "nonce", encrypt));
  if (app.format === "json") {
    return JSON.stringify({ Encrypt: encrypt, MsgSignature: signature, TimeStamp: 1700000000, Nonce: "nonce" });
  }
  return `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>
    <TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[nonce]]></Nonce></xml>`;
}

/** A hand-over in the app's format, not encrypted; fields can be replaced. */
export function transfer(app: EmulatedApp, openid: string, replaced: Record<string, string | number> = {}): string {
  const fields = {
    ToUserName: openid,
    FromUserName: app.account,
    CreateTime: 1700000000,
    MsgType: "transfer_customer_service",
    ...replaced,
  };
  if (app.format === "json") return JSON.stringify(fields);
  const children = Object.entries(fields).map(([name, value]) =>
    typeof value === "number" ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
  );
  return `<xml>${children.join("\n")}</xml>`;
}

async function importKey(aesKey: string): Promise<{ key: CryptoKey; iv: Uint8Array<ArrayBuffer> }> {
  const raw = new Uint8Array(Buffer.from(`${aesKey}=`, "base64"));
  const key = await crypto.subtle.importKey("raw", raw, "AES-CBC", false, ["encrypt", "decrypt"]);
  return { key, iv: raw.slice(0, 16) };
}
