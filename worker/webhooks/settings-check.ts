/**
 * What only this worker can say of webhooks in settings: whether their addresses are allowed here, and whether there
 * is a secret to sign with. Refused when they are stored, instead of waiting for events that can never come.
 */
import type { Settings, SettingsProblem } from "../../shared/api/settings/settings.ts";
import { configOf, type Config } from "../config/config.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";

/** Every problem, with its path and cure; never the address. */
export function findWebhookProblems({ webhooks }: Settings, env: object): readonly SettingsProblem[] {
  const config = configOf(env);
  // Without a configuration nothing reaches an object: /healthz says so.
  if (!config.ok) return [];
  const { webhookSecrets, allowPrivateWebhooks } = config.value;
  const problems = webhooks.flatMap(({ url }, index): SettingsProblem[] => {
    const checked = checkWebhookUrl(url, allowPrivateWebhooks);
    if (checked.ok) return [];
    const { problem, cure } = checked.error;
    return [{ reason: "invalid", path: `webhooks.${index}.url`, problem: `the address ${problem}`, cure }];
  });
  if (webhooks.length > 0 && webhookSecrets.length === 0) {
    const problem = "there is no secret to sign with";
    const cure = "run: npx wrangler secret put WEBHOOK_SECRET (whsec_ and the output of openssl rand -base64 32)";
    problems.unshift({ reason: "invalid", path: "webhooks", problem, cure });
  }
  return problems;
}

/** Whether webhooks can be signed: without a secret they wait. */
export function canSign({ webhookSecrets }: Config): boolean {
  return webhookSecrets.length > 0;
}
