/**
 * Decides which URLs a webhook may have. The Worker calls them with the team's data and a signature, so a URL must not
 * lead into a private network or to a metadata service (SSRF). Redirects are never followed (platform/post-json.ts),
 * so the URL checked here is the one that is called. IP addresses are rejected altogether: an endpoint with a
 * certificate has a name, so the many notations of an IP address (decimal, octal, hex, IPv6 with IPv4 inside, NAT64, …)
 * need no separate checks.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";

/** Why a URL is rejected. */
export interface WebhookUrlProblem {
  readonly reason: "malformed" | "not_https" | "credentials" | "port" | "bare_ip" | "private_name";
  /** What is wrong, as the rest of a sentence that begins with "the address". */
  readonly problem: string;
  readonly cure: string;
}

/** The maximum length of a URL, characters. */
export const MAX_WEBHOOK_URL = 2_048;

/**
 * Visible ASCII without the backslash: WHATWG parsing drops tabs, reads `\` as `/` and converts other scripts to ASCII.
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
 * Parses and checks a URL. Returns it, or the first problem found.
 *
 * @param text the URL as in the settings
 * @param allowPrivate WEBHOOK_ALLOW_PRIVATE, for tests and local use: http, IP addresses, private names and any port
 *   are then allowed
 */
export function checkWebhookUrl(text: string, allowPrivate: boolean): Result<URL, WebhookUrlProblem> {
  const authority = PLAIN.test(text) ? FORM.exec(text)?.groups?.["authority"] : undefined;
  const url = authority === undefined || text.length > MAX_WEBHOOK_URL ? null : URL.parse(text);
  if (authority === undefined || url === null)
    return refuse("malformed", `is not a valid URL of at most ${MAX_WEBHOOK_URL} visible ASCII characters`);
  if (text.includes("#")) return refuse("malformed", "has a part after #, which is never sent");
  if (authority.includes("@")) return refuse("credentials", "contains a user name");
  if (allowPrivate) return ok(url);
  if (url.protocol !== "https:") return refuse("not_https", "is not https");
  if (url.port !== "") return refuse("port", "contains a port");
  if (isAddress(url.hostname)) return refuse("bare_ip", "is an IP address instead of a host name");
  if (isPrivateName(url.hostname)) return refuse("private_name", "names this machine or a private network");
  return ok(url);
}

function refuse(reason: WebhookUrlProblem["reason"], problem: string): Result<never, WebhookUrlProblem> {
  return err({ reason, problem, cure: CURE });
}

/**
 * Returns whether a host name is an IP address. After parsing, every IPv4 notation is four decimal numbers, and IPv6 is
 * in brackets.
 */
function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
}

/** Returns whether a host name is private. A name without a dot is resolved in the caller's own network. */
function isPrivateName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.+$/, "");
  return !name.includes(".") || PRIVATE_NAMES.some((end) => name === end || name.endsWith(`.${end}`));
}
