/**
 * The settings file: the document as the API returns it, with its `version`, and three keys that are not sent: `$schema`
 * for editors, `$from`, the worker that the version belongs to, and `$hash`, the contents of that version. Version
 * numbers of two workers are unrelated, so a version without its worker could overwrite the settings of another one. A
 * worker whose data was deleted counts from 1 again, so its version without `$hash` could be another document.
 */
import { isDeepStrictEqual } from "node:util";
import type { SettingsProblem } from "../../shared/api/settings/problems.ts";
import { isRecord } from "../../shared/base/is-record.ts";
import { readJsonText } from "../../shared/base/json-text.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { originOf } from "../doctor/check-address.ts";
import { say } from "../doctor/finding.ts";
import { withoutMark } from "../lib/dev-vars.ts";
import type { Fault } from "../setup/fault.ts";
import { findJsonError } from "./json-place.ts";

/** The limits of the API for JSON (worker/routes/http/request/request-body.ts). */
const LIMITS = { maxDepth: 32, maxCommas: 50_000 };

/** A parsed file. Its document is not checked yet. */
export interface SettingsFile {
  readonly schema: string | undefined;
  /** The origin of the worker that the file was pulled from; undefined: written by hand. */
  readonly from: string | undefined;
  /** The hash of that worker's document (`hashOf`); undefined: unknown. */
  readonly hash: string | undefined;
  /** The version of that worker's document; 0 when there is none. */
  readonly version: number;
  /** All other keys, and `version` as it is in the file. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The problems of `$schema`, `$from` and `$hash`. */
  readonly problems: readonly SettingsProblem[];
}

/** What the first lines of a file contain. */
export interface FileHead {
  readonly schema: string | undefined;
  readonly from: string;
  readonly hash: string;
  readonly version: number;
}

/** Parses a file. @returns its parts, or why it is not a JSON object */
export function parseFile(text: string): Result<SettingsFile, Fault> {
  const json = readJsonText(text, LIMITS);
  if (!json.ok) return err(json.error.reason === "malformed" ? malformed(text) : TOO_LARGE);
  if (!isRecord(json.value) || Array.isArray(json.value)) return err(NO_OBJECT);
  const { $schema: schema, $from: from, $hash: hash, ...input } = json.value;
  const { version } = input;
  return ok({
    schema: typeof schema === "string" ? schema : undefined,
    from: typeof from === "string" ? originOf(from) : undefined,
    hash: typeof hash === "string" ? hash : undefined,
    version: typeof version === "number" ? version : 0,
    input,
    problems: [
      ...(schema === undefined || typeof schema === "string" ? [] : [notText("$schema")]),
      ...(from === undefined || (typeof from === "string" && originOf(from) !== undefined) ? [] : [notText("$from")]),
      ...(hash === undefined || typeof hash === "string" ? [] : [notText("$hash")]),
    ],
  });
}

/** Returns the text of a file: its head, and the document. */
export function formatFile({ schema, from, hash, version }: FileHead, document: object): string {
  const { version: _version, ...others } = { version, ...document };
  const head = { ...(schema !== undefined && { $schema: schema }), $from: from, $hash: hash, version };
  return `${JSON.stringify({ ...head, ...others }, null, 2)}\n`;
}

/** The beginning of a file in the form of `formatFile`, up to the number of the version. */
const BEFORE_VERSION = /^\s*\{\s*(?:"\$\w+"\s*:\s*"[^"\\]*"\s*,\s*)*"version"\s*:\s*(?=\d)/;

/** The hash in such a beginning, and the key `version` at its end. */
const HASH = /("\$hash"\s*:\s*)"[^"]*"/;
const VERSION_KEY = /"version"\s*:\s*$/;

/**
 * Returns the text of a file with another version and its hash. The rest of the text, with the team's own formatting,
 * does not change when only these have to change.
 */
export function stampFile(text: string, file: SettingsFile, head: Omit<FileHead, "schema">): string {
  const { from, hash, version } = head;
  const start = BEFORE_VERSION.exec(text)?.[0];
  if (file.from !== from || start === undefined) return formatFile({ schema: file.schema, ...head }, file.input);
  const stamped = HASH.test(start)
    ? start.replace(HASH, (_, key: string) => `${key}"${hash}"`)
    : start.replace(VERSION_KEY, (key) => `"$hash": "${hash}",\n  ${key}`);
  return stamped + text.slice(start.length).replace(/^\d+/, `${version}`);
}

/** Returns whether two files contain the same settings; version and head may differ. */
export function hasSameContent({ input }: SettingsFile, document: object): boolean {
  return isDeepStrictEqual({ ...input, version: 0 }, { ...document, version: 0 });
}

function malformed(text: string): Fault {
  const { line, column } = findJsonError(withoutMark(text));
  return {
    wrong: say(`不是合法的 JSON，第 ${line} 行第 ${column} 列`, `it is not valid JSON: line ${line}, column ${column}`),
    cure: say(
      "改正这一处：JSON 不允许注释，最后一项后面不允许逗号，文本用双引号",
      "correct it there: JSON allows no comments and no comma after the last entry, and texts need double quotes",
    ),
  };
}

function notText(path: "$schema" | "$from" | "$hash"): SettingsProblem {
  const kind = path === "$from" ? "the address of a worker" : "a text";
  return { reason: "invalid", path, problem: `must be ${kind}`, cure: "remove it; npm run settings -- pull writes it" };
}

const TOO_LARGE: Fault = {
  wrong: say("嵌套超过 32 层，或超过 50 000 个值", "it has more than 32 levels or 50 000 values"),
  cure: say("合并或删除规则", "merge or remove rules"),
};
const NO_OBJECT: Fault = {
  wrong: say("应为 JSON 对象 { … }", "it must be a JSON object { … }"),
  cure: say('写成 { "defaults": { … } }', 'write { "defaults": { … } }'),
};
