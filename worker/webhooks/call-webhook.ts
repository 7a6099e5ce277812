/**
 * Makes one signed POST to a team's endpoint and returns its outcome. Webhooks are called only here; the answer is
 * neither trusted nor logged.
 */
import type { Result } from "../../shared/base/result.ts";
import { postJson, type Post, type PostDeps, type PostFailure } from "../platform/post-json.ts";
import { signWebhook } from "./sign.ts";

/** The injected dependencies. */
export interface WebhookCallDeps extends PostDeps {
  /** The signing secrets: the current one, then the previous one during a rotation. */
  readonly secrets: readonly string[];
}

/** One call. */
export interface WebhookCall extends Omit<Post, "headers"> {
  /** The `webhook-id`: the same for every repeat of the call. */
  readonly id: string;
}

/** The maximum size of an answer to a question, bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Calls an endpoint.
 *
 * @returns the text of its answer (empty when the answer is not read), or why the call failed
 */
export async function callWebhook(deps: WebhookCallDeps, call: WebhookCall): Promise<Result<string, PostFailure>> {
  const { id, ...post } = call;
  const timestamp = Math.floor(deps.now() / 1_000);
  const signature = await signWebhook(deps.secrets, { id, timestamp, body: call.body });
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signature,
  };
  return postJson(deps, { ...post, headers });
}

/**
 * Creates the function that sends a webhook question.
 *
 * @returns undefined when there is no signing secret
 */
export function createAsk(deps: WebhookCallDeps) {
  if (deps.secrets.length === 0) return undefined;
  return (url: string, id: string, body: string, timeoutMs: number) =>
    callWebhook(deps, { url, id, body, timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES });
}
