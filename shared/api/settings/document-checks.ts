/**
 * Checks of a document beyond its shape: the defaults alone, and the settings in force for each account, by the rules of
 * this account. They run when a document is stored, not when it is read (docs/design/0006-rules-and-handlers.md).
 */
import { ownValue } from "../../base/own-value.ts";
import type { ChannelRules } from "../../message/channel-rules.ts";
import { settingsFor, type SettingsDocument } from "./document.ts";
import { findMessageProblems } from "./message-checks.ts";
import { limitProblems, type SettingsProblem } from "./problems.ts";
import { findRepeatedDates, findUnknownWebhooks } from "./settings-checks.ts";
import type { Settings } from "./settings.ts";

/** An account for which settings are checked. */
export interface CheckedAccount {
  /** `channel:account`. */
  readonly key: string;
  /** The channel's id of it: where texts may link to its own mini program alone, the AppID. */
  readonly account: string;
  /** What it can send. */
  readonly rules: ChannelRules;
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
  const findIn = (settings: Settings) => [
    ...findUnknownWebhooks(settings),
    ...findRepeatedDates(settings),
    ...check(settings),
  ];
  const { defaults } = document;
  const found: SettingsProblem[] = [];
  const known = new Set<string>();
  for (const problem of [...findIn(defaults), ...findCommonProblems(defaults, accounts ?? [])]) {
    const path = `defaults.${problem.path}`;
    known.add(`${path} ${problem.problem}`);
    found.push({ ...problem, path });
  }
  for (const { key, account, rules } of accounts ?? []) {
    const own = ownValue(document.overrides, key) ?? {};
    const settings = settingsFor(document, key);
    for (const problem of [...findIn(settings), ...findMessageProblems(settings, rules, account)]) {
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

/** What the rules of every account find in the messages of the defaults, whatever account their links lead to. */
function findCommonProblems(defaults: Settings, accounts: readonly CheckedAccount[]): readonly SettingsProblem[] {
  const kinds = [...new Set(accounts.map(({ rules }) => rules))];
  const [first = [], ...others] = kinds.map((rules) => findMessageProblems(defaults, rules, undefined));
  return first.filter(({ path, problem }) =>
    others.every((list) => list.some((other) => other.path === path && other.problem === problem)),
  );
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
