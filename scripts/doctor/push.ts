/**
 * Requests as WeChat would send them, right and wrong: built by the emulator's signing and encryption, which shares
 * no code with the worker (WECHAT.md §1.2–1.4, §2.1). The event is `debug_demo`, the console's own: it is stored as an
 * app-wide event, makes no conversation and is answered by nobody.
 */
import { Buffer } from "node:buffer";
import type { EmulatedApp } from "../../emulator/model.ts";
import type { PushFormat, PushMode, PushOverrides } from "../../emulator/push-model.ts";
import { buildPushRequest, buildVerifyRequest } from "../../emulator/push-request.ts";
import type { Ports, Target } from "./target.ts";

/** What pushes are made of. */
export interface PushKit {
  /** A verification GET; with `signature` a forged one. */
  verify(path: string, echostr: string, signature?: string): Request;
  /** A `debug_demo` push, in XML to the app's own path unless it is said otherwise. */
  push(overrides?: PushOverrides, place?: { readonly format?: PushFormat; readonly path?: string }): Request;
}

/** A signature nobody can have made. */
export const WRONG_SIGNATURE = "0".repeat(40);
/** An appid no mini program has. */
export const FOREIGN_APPID = "wx0000000000000000";
/** Stands in where a mode needs no key. */
const NO_KEY = "A".repeat(43);

/** Where pushes of the only app, or the first one, can be sent: what one fills in into the console. */
export const SHORT_PATH = "/wechat/message";

/** Where an app's pushes can be sent, whatever app the worker serves first. */
export function appPath(appid: string): string {
  return `/wechat/${encodeURIComponent(appid)}/message`;
}

/**
 * Makes a kit.
 *
 * @param credentials appid, Token, and the EncodingAESKey unless `mode` is plain
 */
export function createPushKit(
  ports: Ports,
  target: Target,
  credentials: { readonly appid: string; readonly token: string; readonly aesKey?: string },
  mode: PushMode,
): PushKit {
  const { appid, token, aesKey = NO_KEY } = credentials;
  const appAt = (path: string, format: PushFormat = "xml"): EmulatedApp => ({
    appid,
    token,
    aesKey,
    mode,
    secret: "",
    account: "gh_edgekefudoctor",
    format,
    pushUrl: `${target.url}${path}`,
  });
  const delivery = () => ({
    timestamp: Math.floor(ports.now() / 1_000),
    nonce: Buffer.from(ports.randomBytes(8)).toString("hex"),
    random: ports.randomBytes(16),
  });
  return {
    verify(path, echostr, signature) {
      return buildVerifyRequest(appAt(path), signature === undefined ? {} : { signature }, echostr, delivery());
    },
    push(overrides = {}, { format = "xml", path = appPath(appid) } = {}) {
      const app = appAt(path, format);
      const fields = {
        ToUserName: app.account,
        FromUserName: "oEdgeKefuDoctor",
        CreateTime: Math.floor(ports.now() / 1_000),
        MsgType: "event",
        Event: "debug_demo",
        debug_str: "edge-kefu doctor",
      };
      return buildPushRequest(app, fields.FromUserName, fields, overrides, delivery()).request;
    },
  };
}
