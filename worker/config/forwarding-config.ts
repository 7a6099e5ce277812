/**
 * `WECHAT_FORWARD_KINDS` and `WECHAT_FORWARD_URL` → what is forwarded, and where to.
 */
import { MAX_KINDS, parseForwardKinds } from "../forwarding/core/kinds.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";

/** What is forwarded, and the address. */
export interface ForwardConfig {
  /** Patterns, at least one. */
  readonly kinds: readonly string[];
  /** Passed `checkWebhookUrl`. */
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
 * Reads both variables. An address without kinds forwards nothing, but is checked all the same.
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
  const cure = "set it under [vars] in wrangler.toml: the address of the server that receives these pushes";
  note({ variable: URL_NAME, problem: `is missing although ${KINDS} lists pushes to forward`, cure });
  return null;
}

const KINDS_PROBLEMS = {
  bad_pattern: {
    problem: "contains an entry that cannot be the name of an event or message",
    cure: "list names separated by commas, with * for any characters, such as: xpay_*,trade_manage_*",
  },
  too_many: { problem: `has more than ${MAX_KINDS} names`, cure: "combine several by a pattern with *" },
} as const;
