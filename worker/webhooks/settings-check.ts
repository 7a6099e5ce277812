/**
 * Checks the webhooks in settings against the Worker's configuration: whether their URLs are allowed here, and whether
 * there is a signing secret. Checked when settings are stored, because events would otherwise never be delivered.
 */
import type { Settings, SettingsProblem } from "../../shared/api/settings/settings.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";
import type { WebhookCallDeps } from "./call-webhook.ts";

/** The configuration that webhooks depend on. */
export type WebhookPolicy = Pick<WebhookCallDeps, "secrets" | "allowPrivate">;

/**
 * Returns every problem, with its path and fix; never the URL.
 *
 * @param policy undefined while the configuration is incomplete: nothing is checked, because no request then reaches an
 *   object, and /healthz reports it
 */
export function findWebhookProblems(
  { webhooks }: Settings,
  policy: WebhookPolicy | undefined,
): readonly SettingsProblem[] {
  if (policy === undefined) return [];
  const { secrets, allowPrivate } = policy;
  const problems = webhooks.flatMap(({ url }, index): SettingsProblem[] => {
    const checked = checkWebhookUrl(url, allowPrivate);
    if (checked.ok) return [];
    const { problem, cure } = checked.error;
    return [{ reason: "invalid", path: `webhooks.${index}.url`, problem: `the address ${problem}`, cure }];
  });
  if (webhooks.length > 0 && secrets.length === 0) {
    const problem = "there is no signing secret";
    const cure = "run: npx wrangler secret put WEBHOOK_SECRET (create one with npm run -s secret -- WEBHOOK_SECRET)";
    problems.unshift({ reason: "invalid", path: "webhooks", problem, cure });
  }
  return problems;
}

/** Returns whether webhooks can be signed: without a signing secret they are not called. */
export function canSign({ webhookSecrets }: { readonly webhookSecrets: WebhookPolicy["secrets"] }): boolean {
  return webhookSecrets.length > 0;
}
