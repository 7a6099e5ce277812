/**
 * Requests in WeChat's form, valid and invalid: built with the emulator's signing and encryption, which shares no code
 * with the worker (WECHAT.md §1.2–1.4, §2.1). The event is `debug_demo`, the console's own: it is stored as an app-wide
 * event, creates no conversation and causes no reply.
 */
import { Buffer } from "node:buffer";
import type { EmulatedApp } from "../../emulator/model.ts";
import type { PushFormat, PushMode, PushOverrides } from "../../emulator/push-model.ts";
import { buildPushRequest, buildVerifyRequest } from "../../emulator/push-request.ts";
import type { Ports, Target } from "./target.ts";

/** Builds the requests. */
export interface PushKit {
  /** Builds a verification GET; `signature` replaces the valid signature. */
  verify(path: string, echostr: string, signature?: string): Request;
  /** Builds a `debug_demo` push; by default in XML to the app's own path. */
  push(overrides?: PushOverrides, place?: { readonly format?: PushFormat; readonly path?: string }): Request;
}

/** An invalid signature. */
export const WRONG_SIGNATURE = "0".repeat(40);
/** An appid that no mini program has. */
export const FOREIGN_APPID = "wx0000000000000000";
/** A placeholder for modes that need no EncodingAESKey. */
const NO_KEY = "A".repeat(43);

/** The push path of the only app, or the first one: the path that is entered in the console. */
export const SHORT_PATH = "/wechat/message";

/** Returns the push path of an app, which does not depend on the order of the worker's apps. */
export function appPath(appid: string): string {
  return `/wechat/${encodeURIComponent(appid)}/message`;
}

/**
 * Creates a kit.
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
