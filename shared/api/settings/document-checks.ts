/**
 * Checks of a document beyond its shape: the defaults alone, and the settings in force for each account. They run when
 * a document is stored, not when it is read (docs/design/0006-rules-and-handlers.md).
 */
import { ownValue } from "../../base/own-value.ts";
import { settingsFor, type SettingsDocument } from "./document.ts";
import { findSettingsLinkProblems } from "./link-checks.ts";
import { limitProblems, type SettingsProblem } from "./problems.ts";
import { findRepeatedDates, findUnknownWebhooks } from "./settings-checks.ts";
import type { Settings } from "./settings.ts";

/** An account for which settings are checked. */
export interface CheckedAccount {
  /** `channel:account`. */
  readonly key: string;
  /** The AppID of its mini program; its texts may link to no other one. */
  readonly appid: string;
}

/**
 * Every problem, with its path and cure (100 at most). A problem that the defaults have only for an account names it.
 *
 * @param accounts those the worker is configured for; undefined without a configuration
 * @param check further checks, which need the configuration
 * @param stored the accounts with an override in the stored document: one that has left the configuration since is kept
 */
export function findDocumentProblems(
  document: SettingsDocument,
  accounts: readonly CheckedAccount[] | undefined,
  check: (settings: Settings) => readonly SettingsProblem[],
  stored: readonly string[] = [],
): readonly SettingsProblem[] {
  const findIn = (settings: Settings, appid: string | undefined) => [
    ...findUnknownWebhooks(settings),
    ...findRepeatedDates(settings),
    ...findSettingsLinkProblems(settings, appid),
    ...check(settings),
  ];
  const found: SettingsProblem[] = [];
  const known = new Set<string>();
  for (const problem of findIn(document.defaults, undefined)) {
    const path = `defaults.${problem.path}`;
    known.add(`${path} ${problem.problem}`);
    found.push({ ...problem, path });
  }
  for (const { key, appid } of accounts ?? []) {
    const own = ownValue(document.overrides, key) ?? {};
    for (const problem of findIn(settingsFor(document, key), appid)) {
      const [entry = ""] = problem.path.split(".");
      const path = entry in own ? `overrides.${key}.${problem.path}` : `defaults.${problem.path}`;
      if (entry in own) found.push({ ...problem, path });
      else if (!known.has(`${path} ${problem.problem}`)) {
        found.push({ ...problem, path, problem: `${problem.problem}, for ${key}` });
      }
    }
  }
  return limitProblems([...found, ...findUnknownAccounts(document, accounts, stored)]);
}

/**
 * New overrides without an account: probably misspelt. One that is stored is kept without further checks, since it is
 * not in force: an account that leaves the configuration must not block the next change of the others.
 */
function findUnknownAccounts(
  { overrides }: SettingsDocument,
  accounts: readonly CheckedAccount[] | undefined,
  stored: readonly string[],
): readonly SettingsProblem[] {
  if (accounts === undefined) return [];
  const known = new Set([...stored, ...accounts.map(({ key }) => key)]);
  return Object.keys(overrides)
    .filter((key) => !known.has(key))
    .map((key) => ({
      reason: "invalid" as const,
      path: `overrides.${key}`,
      problem: "is not an account of this worker",
      cure: "correct the AppID, add the mini program to WECHAT_APPS, or remove the entry",
    }));
}
