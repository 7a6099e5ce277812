/**
 * The differences between the vendors of robots: hosts, URL formats, bodies, signatures and answers. Several answer 200
 * with an error code. Facts: docs/design/0027-alerts.md. Pure.
 */
import { isRecord } from "../../../shared/base/is-record.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { AlertFailure, AlertReason } from "./reasons.ts";
import type { Vendor } from "./robot.ts";

/**
 * The input of a message's signature: key and content of an HMAC-SHA-256, and the timestamp that is sent with it (钉钉:
 * milliseconds, 飞书: seconds).
 */
export interface Signing {
  readonly timestamp: string;
  readonly key: string;
  readonly content: string;
}

/** A signature, and the timestamp it was computed with. */
export interface Signature {
  readonly timestamp: string;
  /** The HMAC, base64. */
  readonly mac: string;
}

/** The parts of a request that depend on the vendor. */
interface VendorRules {
  /** Hosts of its robots. */
  readonly hosts: readonly string[];
  /** Matches path and query of a robot's URL. */
  readonly path: RegExp;
  /** Builds the input of a signature; absent when the vendor has no signatures. */
  readonly signing?: (secret: string, now: number) => Signing;
  /** Adds the signature to the URL; absent when the vendor expects it in the body. */
  readonly signedUrl?: (url: string, signature: Signature) => string;
  /** Builds the body, before it is serialised as JSON. */
  readonly body: (text: string, signature: Signature | undefined) => unknown;
  /** The reason for each error code, and for the HTTP status of an answer without an error code. */
  readonly reasons: Readonly<Record<string, AlertReason>>;
  /** Reads the code of an answer; undefined when there is none. */
  readonly readCode: (answer: string) => string | undefined;
  /** Finds a more exact reason than `restricted` in the vendor's own text, because several causes share that code. */
  readonly texts?: readonly (readonly [pattern: RegExp, reason: AlertReason])[];
}

/** The code that means success. */
const SUCCESS = "0";
/** HTTP statuses that mean the same for each vendor. */
const STATUS_REASONS: Readonly<Record<string, AlertReason>> = { 400: "bad_request", 404: "wrong_key", 429: "too_many" };

const RULES: Readonly<Record<Vendor, VendorRules>> = {
  wecom: {
    hosts: ["qyapi.weixin.qq.com"],
    path: /^\/cgi-bin\/webhook\/send\?(?:.*&)?key=[^&]/,
    body: (text) => ({ msgtype: "text", text: { content: text } }),
    reasons: { 93000: "wrong_key", 45009: "too_many", 40058: "bad_request" },
    readCode: readNumber("errcode"),
  },
  dingtalk: {
    hosts: ["oapi.dingtalk.com"],
    path: /^\/robot\/send\?(?:.*&)?access_token=[^&]/,
    signing(secret, now) {
      const timestamp = String(now);
      return { timestamp, key: secret, content: `${timestamp}\n${secret}` };
    },
    signedUrl: (url, { timestamp, mac }) => `${url}&timestamp=${timestamp}&sign=${encodeURIComponent(mac)}`,
    body: (text) => ({ msgtype: "text", text: { content: text } }),
    reasons: {
      300001: "wrong_key",
      400101: "wrong_key",
      400102: "group_gone",
      310000: "restricted",
      130101: "too_many",
      410100: "too_many",
    },
    readCode: readNumber("errcode"),
    texts: [
      [/keyword/i, "keyword"],
      [/sign|timestamp/i, "wrong_signature"],
      [/whitelist|\bip\b/i, "ip_refused"],
    ],
  },
  feishu: {
    hosts: ["open.feishu.cn", "open.larksuite.com"],
    path: /^\/open-apis\/bot\/v2\/hook\/[^/?]/,
    // Unlike 钉钉, the key contains both timestamp and secret, and the signed content is empty.
    signing(secret, now) {
      const timestamp = String(Math.floor(now / 1_000));
      return { timestamp, key: `${timestamp}\n${secret}`, content: "" };
    },
    body: (text, signature) => ({
      ...(signature !== undefined && { timestamp: signature.timestamp, sign: signature.mac }),
      msg_type: "text",
      content: { text },
    }),
    reasons: {
      19001: "wrong_key",
      19021: "wrong_signature",
      19022: "ip_refused",
      19024: "keyword",
      9499: "bad_request",
      11232: "too_many",
    },
    readCode: readNumber("code"),
  },
  slack: {
    hosts: ["hooks.slack.com"],
    path: /^\/services\/[^/?]+\/[^/?]+\/[^/?]+$/,
    // Slack reads <…> as a link or a mention.
    body: (text) => ({ text: text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") }),
    reasons: { 403: "group_gone", 410: "group_gone" },
    readCode: (answer) => (answer.trim() === "ok" ? SUCCESS : undefined),
  },
};

/** Returns the vendor of a host; undefined for any other host. */
export function vendorOfHost(host: string): Vendor | undefined {
  const vendors = Object.entries(RULES) as readonly [Vendor, VendorRules][];
  return vendors.find(([, { hosts }]) => hosts.includes(host))?.[0];
}

/** Returns whether a text is the path and query of a robot's URL. */
export function isRobotPath(vendor: Vendor, pathAndQuery: string): boolean {
  return RULES[vendor].path.test(pathAndQuery);
}

/** Returns whether the vendor verifies signatures. */
export function canSign(vendor: Vendor): boolean {
  return RULES[vendor].signing !== undefined;
}

/**
 * Returns the input of a message's signature.
 *
 * @param now epoch ms
 * @returns undefined when the vendor has no signatures
 */
export function signingOf(vendor: Vendor, secret: string, now: number): Signing | undefined {
  return RULES[vendor].signing?.(secret, now);
}

/** Returns URL and body of a message. */
export function buildRequest(
  { vendor, url }: { readonly vendor: Vendor; readonly url: string },
  text: string,
  signature: Signature | undefined,
): { readonly url: string; readonly body: string } {
  const { signedUrl, body } = RULES[vendor];
  return {
    url: signature === undefined || signedUrl === undefined ? url : signedUrl(url, signature),
    body: JSON.stringify(body(text, signature)),
  };
}

/**
 * Reads a vendor's answer: whether the robot accepted the message, or why not.
 *
 * @param status the HTTP status
 * @param answer the body as text; never passed on
 */
export function readAnswer(vendor: Vendor, status: number, answer: string): Result<undefined, AlertFailure> {
  const { readCode, reasons, texts = [] } = RULES[vendor];
  const code = readCode(answer);
  const isOk = status >= 200 && status < 300;
  if (isOk && code === SUCCESS) return ok(undefined);
  if (code === undefined || code === SUCCESS) {
    const known = reasons[String(status)] ?? STATUS_REASONS[String(status)];
    return err({ reason: known ?? (isOk ? "unreadable_answer" : "unreachable"), code: String(status) });
  }
  const reason = reasons[code] ?? "vendor_error";
  const detail = reason === "restricted" ? texts.find(([pattern]) => pattern.test(answer))?.[1] : undefined;
  return err({ reason: detail ?? reason, code });
}

/** Returns a function that reads an integer field of a JSON object as text; it returns undefined when there is none. */
function readNumber(name: string): VendorRules["readCode"] {
  return (answer) => {
    const value = parseObject(answer)?.[name];
    return typeof value === "number" && Number.isInteger(value) ? String(value) : undefined;
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // `JSON.parse` throws only for a text that is not JSON.
    return undefined;
  }
}
