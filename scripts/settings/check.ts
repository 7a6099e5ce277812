/**
 * Checks a settings file without a worker, by the worker's own parser and checks. What only the worker knows is checked
 * when the file is pushed: its mini programs, its signing secret, whether a webhook may be on a private address.
 */
import { findDocumentProblems, type CheckedAccount } from "../../shared/api/settings/document-checks.ts";
import { checkDocument } from "../../shared/api/settings/document-input.ts";
import { MAX_SETTINGS_BYTES, type SettingsDocument } from "../../shared/api/settings/document.ts";
import { findMessageProblems } from "../../shared/api/settings/message-checks.ts";
import type { SettingsProblem } from "../../shared/api/settings/problems.ts";
import type { Settings } from "../../shared/api/settings/settings.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { parseAccount } from "../../shared/message/address.ts";
import { CHANNEL_RULES } from "../../shared/message/channel-rules.ts";
import { utf8Length } from "../../shared/text/size.ts";
import { checkWebhookUrl } from "../../worker/platform/public-url.ts";
import type { SettingsFile } from "./file.ts";

/** The rules of every account that the worker can serve. */
const RULES = CHANNEL_RULES["mini-program"];

/** Checks a file. @returns its document with the default values filled in, or every problem */
export function checkFile(file: SettingsFile): Result<SettingsDocument, readonly SettingsProblem[]> {
  const checked = checkDocument(file.input, findProblems);
  const problems = [...file.problems, ...(checked.ok ? findSizeProblem(checked.value) : checked.error)];
  return checked.ok && problems.length === 0 ? ok(checked.value) : err(problems);
}

function findProblems(document: SettingsDocument): readonly SettingsProblem[] {
  const common = findMessageProblems(document.defaults, RULES, undefined);
  return [
    ...common.map(({ path, ...problem }) => Object.assign(problem, { path: `defaults.${path}` })),
    ...findDocumentProblems(document, Object.keys(document.overrides).flatMap(toAccount), findUrlProblems),
  ];
}

/** Returns the account of an override; none for another text, which the parser reports. */
function toAccount(key: string): readonly CheckedAccount[] {
  const account = parseAccount(key);
  return account === undefined ? [] : [{ key, account: account.account, rules: RULES }];
}

function findUrlProblems({ webhooks }: Settings): readonly SettingsProblem[] {
  return webhooks.flatMap(({ url }, index): SettingsProblem[] => {
    const checked = checkWebhookUrl(url, true);
    if (checked.ok) return [];
    const { problem, cure } = checked.error;
    return [{ reason: "invalid", path: `webhooks.${index}.url`, problem: `the address ${problem}`, cure }];
  });
}

function findSizeProblem(document: SettingsDocument): readonly SettingsProblem[] {
  const bytes = utf8Length(JSON.stringify(document));
  if (bytes <= MAX_SETTINGS_BYTES) return [];
  const problem = `the settings have ${bytes} bytes, the maximum is ${MAX_SETTINGS_BYTES}`;
  return [{ reason: "invalid", path: "", problem, cure: "shorten or remove texts" }];
}
