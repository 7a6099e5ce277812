/**
 * The differences of two settings documents, by path, for people. Entries of lists with an id or a date are compared by
 * it, so that an inserted rule is one difference and not one for each rule after it.
 */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../shared/base/is-record.ts";

/** One difference; undefined: absent on that side. */
export interface Difference {
  /** `defaults.rules[price].priority`. */
  readonly path: string;
  readonly file: unknown;
  readonly worker: unknown;
}

/** The maximum number of characters of a value, and of differences, that are shown. */
const MAX_SHOWN = 120;
const MAX_LISTED = 50;
/** How many equal characters are shown before the first that differs. */
const BEFORE = 20;

/** Returns the differences between the file and the worker's document; none when they are equal. */
export function diffDocuments(file: unknown, worker: unknown, path = ""): readonly Difference[] {
  if (isDeepStrictEqual(file, worker)) return [];
  if (Array.isArray(file) && Array.isArray(worker)) return diffLists(file, worker, path);
  if (!isObject(file) || !isObject(worker)) return [{ path, file, worker }];
  const keys = [...new Set([...Object.keys(file), ...Object.keys(worker)])];
  return keys.flatMap((key) => diffDocuments(file[key], worker[key], path === "" ? key : `${path}.${key}`));
}

/** Formats the differences, the file's value first; values are clipped around the place where they differ. */
export function formatDifferences(differences: readonly Difference[]): string {
  const lines = differences.slice(0, MAX_LISTED).flatMap(({ path, file, worker }) => {
    const [ours, theirs] = clip(toText(file), toText(worker));
    return [`  ${path}`, `    文件 / file    ${ours}`, `    服务 / worker  ${theirs}`];
  });
  const rest = differences.length - MAX_LISTED;
  return [...lines, ...(rest > 0 ? [`  … ${rest} 处未列出 / ${rest} more`] : [])].join("\n");
}

function diffLists(file: readonly unknown[], worker: readonly unknown[], path: string): readonly Difference[] {
  const [ours, theirs] = [byName(file), byName(worker)];
  if (ours === undefined || theirs === undefined) {
    const length = Math.max(file.length, worker.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      diffDocuments(file[index], worker[index], `${path}[${index}]`),
    );
  }
  const names = [...new Set([...ours.keys(), ...theirs.keys()])];
  const changed = names.flatMap((name) => diffDocuments(ours.get(name), theirs.get(name), `${path}[${name}]`));
  const [orderOfFile, orderOfWorker] = [orderOf(ours, theirs), orderOf(theirs, ours)];
  if (isDeepStrictEqual(orderOfFile, orderOfWorker)) return changed;
  return [...changed, { path: `${path}：顺序 / order`, file: orderOfFile, worker: orderOfWorker }];
}

/** Returns the entries by id or date; undefined when one has neither or two have the same. */
function byName(list: readonly unknown[]): ReadonlyMap<string, unknown> | undefined {
  const entries = list.flatMap((entry) => {
    const name = isObject(entry) ? (entry["id"] ?? entry["date"]) : undefined;
    return typeof name === "string" ? [[name, entry] as const] : [];
  });
  const named = new Map(entries);
  return named.size === list.length ? named : undefined;
}

/** Returns the order of the entries that both lists have. */
function orderOf(list: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>): readonly string[] {
  return [...list.keys()].filter((name) => other.has(name));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && !Array.isArray(value);
}

/** Returns a value as one line of JSON, with control and formatting characters escaped. */
function toText(value: unknown): readonly string[] {
  if (value === undefined) return Array.from("（无 / none）");
  const text = JSON.stringify(value).replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
  return Array.from(text);
}

/** Clips two texts around the first character that differs. */
function clip(first: readonly string[], second: readonly string[]): readonly [string, string] {
  const index = first.findIndex((character, at) => character !== second[at]);
  const same = index === -1 ? first.length : index;
  const from = same <= MAX_SHOWN / 2 ? 0 : same - BEFORE;
  const show = (text: readonly string[]) =>
    `${from > 0 ? "…" : ""}${text.slice(from, from + MAX_SHOWN).join("")}${text.length > from + MAX_SHOWN ? "…" : ""}`;
  return [show(first), show(second)];
}
