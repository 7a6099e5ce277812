/** Parses `WECHAT_FORWARD_KINDS` and `WECHAT_FORWARD_URL`: what is forwarded, and to which URL. */
import { MAX_KINDS, parseForwardKinds } from "../forwarding/core/kinds.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";

/** Which pushes are forwarded, and to which URL. */
export interface ForwardConfig {
  /** Patterns; at least one. */
  readonly kinds: readonly string[];
  /** The URL; it has passed `checkWebhookUrl`. */
  readonly url: string;
}

/** One problem of a variable. */
interface VariableProblem {
  readonly variable: string;
  readonly problem: string;
  readonly cure: string;
}

const KINDS = "WECHAT_FORWARD_KINDS";
const URL_NAME = "WECHAT_FORWARD_URL";

/**
 * Parses both variables. A URL without kinds forwards nothing, but is validated too.
 *
 * @param allowPrivate WEBHOOK_ALLOW_PRIVATE
 * @param note is called with each problem
 * @returns null when nothing is forwarded, or a problem was found
 */
export function readForward(
  list: string | undefined,
  address: string | undefined,
  allowPrivate: boolean,
  note: (problem: VariableProblem) => void,
): ForwardConfig | null {
  const kinds = parseForwardKinds(list ?? "");
  if (!kinds.ok) note({ variable: KINDS, ...KINDS_PROBLEMS[kinds.error.reason] });
  const url = address === undefined ? undefined : checkWebhookUrl(address, allowPrivate);
  if (url?.ok === false) note({ variable: URL_NAME, problem: url.error.problem, cure: url.error.cure });
  if (!kinds.ok || kinds.value.length === 0 || url?.ok === false) return null;
  if (address !== undefined) return { kinds: kinds.value, url: address };
  const cure = "set it under [vars] in wrangler.toml to the URL of the server that receives these pushes";
  note({ variable: URL_NAME, problem: `is missing although ${KINDS} lists pushes to forward`, cure });
  return null;
}

const KINDS_PROBLEMS = {
  bad_pattern: {
    problem: "contains an entry that cannot be the name of an event or message",
    cure: "list names separated by commas, with * for any characters, such as: xpay_*,trade_manage_*",
  },
  too_many: { problem: `has more than ${MAX_KINDS} names`, cure: "combine several names in one pattern with *" },
} as const;
