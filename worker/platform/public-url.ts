/**
 * Which addresses a webhook may have. The Worker calls them with the team's data and a signature, so an address must
 * not lead into a private network or to a metadata service (SSRF). Redirects are never followed
 * (webhooks/call-webhook.ts), so the address checked here is the one that is called. Bare IP addresses are refused
 * altogether: an endpoint with a certificate has a name, and so the many notations of an address (decimal, octal, hex,
 * IPv6 with IPv4 inside, NAT64, …) need no checks of their own.
 *
 */
import { err, ok, type Result } from "../../shared/base/result.ts";

/** Why an address is refused. */
export interface WebhookUrlProblem {
  readonly reason: "malformed" | "not_https" | "credentials" | "port" | "bare_ip" | "private_name";
  /** What is wrong, as the rest of a sentence that begins with "the address". */
  readonly problem: string;
  readonly cure: string;
}

/** The longest address accepted, characters. */
export const MAX_WEBHOOK_URL = 2_048;

/**
 * Visible ASCII without the backslash: WHATWG parsing drops tabs, reads `\` as `/` and folds other scripts to ASCII.
 */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;
const FORM = /^https?:\/\/(?<authority>[^/?#]+)/i;
/** Names of this machine or of private networks, each with all its subdomains. */
const PRIVATE_NAMES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "home.arpa",
  "metadata.tencentyun.com",
];

const CURE = "use the public https address of your server, such as https://shop.example.com/webhooks/kefu";

/**
 * Checks an address.
 *
 * @param text the address as in the settings
 * @param allowPrivate WEBHOOK_ALLOW_PRIVATE: for tests and this machine; http, private names and any port are fine then
 */
export function checkWebhookUrl(text: string, allowPrivate: boolean): Result<URL, WebhookUrlProblem> {
  const authority = PLAIN.test(text) ? FORM.exec(text)?.groups?.["authority"] : undefined;
  const url = authority === undefined || text.length > MAX_WEBHOOK_URL ? null : URL.parse(text);
  if (authority === undefined || url === null) return refuse("malformed", "is not a web address");
  if (text.includes("#")) return refuse("malformed", "has a part after #, which is never sent");
  if (authority.includes("@")) return refuse("credentials", "has a user name in it");
  if (allowPrivate) return ok(url);
  if (url.protocol !== "https:") return refuse("not_https", "is not https");
  if (url.port !== "") return refuse("port", "names a port");
  if (isAddress(url.hostname)) return refuse("bare_ip", "is a bare IP address");
  if (isPrivateName(url.hostname)) return refuse("private_name", "names this machine or a private network");
  return ok(url);
}

function refuse(reason: WebhookUrlProblem["reason"], problem: string): Result<never, WebhookUrlProblem> {
  return err({ reason, problem, cure: CURE });
}

/** After parsing, every IPv4 notation is four decimal numbers, and IPv6 is in brackets. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
}

/** A name without a dot is resolved in the caller's own network. */
function isPrivateName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.+$/, "");
  return !name.includes(".") || PRIVATE_NAMES.some((end) => name === end || name.endsWith(`.${end}`));
}
