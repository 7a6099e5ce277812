/**
 * Checks a document beyond its schema: the defaults alone, and the settings in force for each account, by the rules of
 * that account. The checks run when a document is stored, not when it is read (docs/design/0006-rules-and-handlers.md).
 */
import { ownValue } from "../../base/own-value.ts";
import type { ChannelRules } from "../../message/channel-rules.ts";
import { settingsFor, type SettingsDocument } from "./document.ts";
import { findMessageProblems } from "./message-checks.ts";
import type { SettingsProblem } from "./problems.ts";
import { findRepeatedDates, findUnknownWebhooks } from "./settings-checks.ts";
import type { Settings } from "./settings.ts";

/** An account for which settings are checked. */
export interface CheckedAccount {
  /** `channel:account`. */
  readonly key: string;
  /** The account's id in the channel; where texts may link only to its own mini program, the AppID. */
  readonly account: string;
  /** The limits of what the account can send. */
  readonly rules: ChannelRules;
}

/**
 * Finds every problem, with its path and fix. A problem that the defaults have only by the rules of some accounts is
 * returned once for each of these accounts, with the account in its text.
 *
 * @param accounts the configured accounts; undefined while the configuration is incomplete
 * @param check further checks that need the configuration
 * @param stored the accounts with an override in the stored document: an override is kept when its account is removed
 * from the configuration
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
  return [...found, ...findUnknownAccounts(document, accounts, stored)];
}

/**
 * Finds the problems that the messages of the defaults have by the rules of every account; links may lead to any of the
 * accounts.
 */
function findCommonProblems(defaults: Settings, accounts: readonly CheckedAccount[]): readonly SettingsProblem[] {
  const kinds = [...new Set(accounts.map(({ rules }) => rules))];
  const [first = [], ...others] = kinds.map((rules) => findMessageProblems(defaults, rules, undefined));
  return first.filter(({ path, problem }) =>
    others.every((list) => list.some((other) => other.path === path && other.problem === problem)),
  );
}

/**
 * Finds new overrides of accounts that are not configured, which are probably misspelt. An override that is already
 * stored is kept without further checks: removing an account from the configuration must not block later changes of the
 * settings.
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
