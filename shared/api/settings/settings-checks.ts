/** Checks settings beyond their schema: duplicate ids and dates, and actions with a webhook that is not listed. */
import { isRecord } from "../../base/is-record.ts";
import { duplicateProblem, type SettingsProblem } from "./problems.ts";
import type { Settings } from "./settings.ts";

/** Finds actions that name a webhook that is not in the list. */
export function findUnknownWebhooks({ rules, offHours, webhooks }: Settings): SettingsProblem[] {
  const actions = [
    ...rules.map(({ action }, index) => ({ action, path: `rules.${index}.action.webhookId` })),
    ...(offHours === undefined ? [] : [{ action: offHours, path: "offHours.webhookId" }]),
  ];
  return actions.flatMap(({ action, path }) => {
    if (action.type !== "webhook" || webhooks.some(({ id }) => id === action.webhookId)) return [];
    const cure = "list it under webhooks, or correct the id";
    return [{ reason: "invalid" as const, path, problem: "names a webhook that is not listed", cure }];
  });
}

/**
 * Finds dates that occur twice in the holidays and special days of the settings in force. An override that sets only
 * one of the two lists can cause this.
 */
export function findRepeatedDates(settings: Settings): SettingsProblem[] {
  return findDuplicates([...entriesOf(settings, "holidays"), ...entriesOf(settings, "specialDays")], "date");
}

/**
 * Finds ids and dates that occur twice in settings or in an override.
 *
 * @param input unchecked, so that these problems are reported together with those of the schema
 * @param place the path of the input
 */
export function findRepeatedKeys(input: unknown, place: string): SettingsProblem[] {
  return [
    ...findDuplicates(entriesOf(input, "rules", place), "id"),
    ...findDuplicates([...entriesOf(input, "holidays", place), ...entriesOf(input, "specialDays", place)], "date"),
    ...findDuplicates(entriesOf(input, "webhooks", place), "id"),
  ];
}

/** An entry of one of the lists, with its path. */
interface Entry {
  readonly path: string;
  readonly value: unknown;
}

/**
 * Returns the entries of a list of the input, even if other parts are invalid, so that duplicates are reported with
 * the other problems.
 */
function entriesOf(input: unknown, list: string, place?: string): Entry[] {
  const values = isRecord(input) ? input[list] : undefined;
  if (!Array.isArray(values)) return [];
  const path = place === undefined ? list : `${place}.${list}`;
  return values.map((value: unknown, index) => ({ path: `${path}.${index}`, value }));
}

/** Returns a problem for each entry whose text at `key` repeats that of an earlier entry. */
function findDuplicates(entries: readonly Entry[], key: "id" | "date"): SettingsProblem[] {
  const seen = new Set<string>();
  const problems: SettingsProblem[] = [];
  for (const { path, value } of entries) {
    const text = isRecord(value) ? value[key] : undefined;
    if (typeof text !== "string") continue;
    if (seen.has(text)) problems.push(duplicateProblem(`${path}.${key}`, key));
    seen.add(text);
  }
  return problems;
}
