/** Settings of one mini program for tests of rules and checks: the defaults of a document without overrides. */
import { findDocumentProblems } from "../../shared/api/settings/document-checks.ts";
import { parseDocument } from "../../shared/api/settings/document-input.ts";
import type { Settings, SettingsProblem } from "../../shared/api/settings/settings.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { RULES } from "./rules.ts";

const APPID = "wx0123456789abcdef";
const ACCOUNTS = [{ key: `mini-program:${APPID}`, account: APPID, rules: RULES }];

/** Checks settings as a document's defaults; paths begin at the settings. */
export function parseSettings(input: unknown): Result<Settings, SettingsProblem[]> {
  const parsed = parseDocument({ defaults: input });
  if (!parsed.ok) return err(withoutPlace(parsed.error));
  const problems = findDocumentProblems(parsed.value, ACCOUNTS, () => []);
  return problems.length === 0 ? ok(parsed.value.defaults) : err(withoutPlace(problems));
}

function withoutPlace(problems: readonly SettingsProblem[]): SettingsProblem[] {
  return problems.map((problem) => ({ ...problem, path: problem.path.replace(/^defaults\.?/, "") }));
}
