/**
 * Reads the input of a caller: parameters through `validator` with our own hook (the default answer repeats the input),
 * bodies up to a limit. Each function returns the value, or the response that refuses the request.
 */
import type { Context } from "hono";
import * as v from "valibot";
import { readJsonText, type JsonTextProblem } from "../../../../shared/base/json-text.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { readBytes, readText } from "../../../platform/http-body.ts";
import { problem } from "../response/problem.ts";

/** The maximum size of a JSON body, bytes. */
export const MAX_JSON_BYTES = 64 * 1024;

/**
 * Limits of a JSON body. Settings are the deepest and longest body, with at most 8 levels and about 40 000 values for
 * each account.
 */
const LIMITS = { maxDepth: 32, maxCommas: 50_000 };

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i;

/** The value that `validator` passes to its hook. */
type Validated = { readonly success: true } | { readonly success: false; readonly error: readonly unknown[] };

/** The fields of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Handles invalid parameters: answers 422 with the parameter's name, never its value. */
export function refuseParameter(result: Validated, c: Context): Response | undefined {
  return result.success ? undefined : refuseIssue(c, result.error[0]);
}

/** Returns a hook that answers invalid input with one fixed response. */
export function refuseAs(refusal: (c: Context) => Response) {
  return (result: Validated, c: Context): Response | undefined => (result.success ? undefined : refusal(c));
}

/** Option of `validator`: documents a parameter by its parsed type, not by the text in the request. */
export const AS_BECOMES = { options: { typeMode: "output" } };

/** Reads a JSON object of at most `MAX_JSON_BYTES`. */
export async function readJsonObject(c: Context): Promise<Result<JsonObject, Response>> {
  const json = await readJson(c);
  if (!json.ok) return json;
  if (isObject(json.value)) return ok(json.value);
  return err(problem(c, "invalid_field", { field: "(body)" }, { detail: "the body must be a JSON object" }));
}

/** Reads any JSON of at most `maxBytes`. */
export async function readJson(c: Context, maxBytes = MAX_JSON_BYTES): Promise<Result<unknown, Response>> {
  if (!JSON_TYPE.test(c.req.header("content-type") ?? "")) {
    return err(problem(c, "unsupported_media_type", { accepted: ["application/json"] }));
  }
  const text = await readText(c.req.raw, maxBytes);
  if (!text.ok) {
    return err(text.error.reason === "body_too_large" ? tooLarge(c, maxBytes) : problem(c, "malformed_json", {}));
  }
  const json = readJsonText(text.value, LIMITS);
  return json.ok ? json : err(refuseJson(c, json.error));
}

function refuseJson(c: Context, { reason }: JsonTextProblem): Response {
  switch (reason) {
    case "malformed":
      return problem(c, "malformed_json", {});
    case "too_deep":
      return problem(c, "malformed_json", {}, { detail: `the body is nested deeper than ${LIMITS.maxDepth} levels` });
    case "too_many_nodes":
      return problem(c, "malformed_json", {}, { detail: `the body has more than ${LIMITS.maxCommas} values` });
  }
}

/** Reads a binary body of at most `maxBytes`; a longer one is refused with 413. */
export async function readBinary(c: Context, maxBytes: number): Promise<Result<Uint8Array<ArrayBuffer>, Response>> {
  const bytes = await readBytes(c.req.raw, maxBytes);
  return bytes.ok ? ok(new Uint8Array(bytes.value)) : err(tooLarge(c, maxBytes));
}

/** Answers 413 with the limit, bytes. */
export function tooLarge(c: Context, limit: number): Response {
  return problem(c, "body_too_large", { limit, unit: "bytes" });
}

/** Reads a JSON object with known fields; a refusal names the field. */
export async function readBody<T extends v.GenericSchema>(
  c: Context,
  schema: T,
): Promise<Result<v.InferOutput<T>, Response>> {
  const body = await readJsonObject(c);
  return body.ok ? checkBody(c, schema, body.value) : body;
}

/** Validates a body with a schema of known fields; a refusal names the field. */
export function checkBody<T extends v.GenericSchema>(
  c: Context,
  schema: T,
  body: unknown,
): Result<v.InferOutput<T>, Response> {
  const parsed = v.safeParse(schema, body);
  return parsed.success ? ok(parsed.output) : err(refuseIssue(c, parsed.issues[0]));
}

/**
 * Answers 422 for a field. An unknown field is not named, because its name comes from the caller.
 *
 * @param message the problem, from `shared/message/outbound.ts` or valibot; `must be never` or `is not allowed` for an
 *   unknown field
 */
export function invalidField(c: Context, field: string, message: string): Response {
  if (message === "must be never" || message === "is not allowed") {
    const detail = "the body has an unknown field";
    return problem(c, "invalid_field", { field: "(unknown field)" }, { detail });
  }
  return problem(c, "invalid_field", { field }, { detail: `${field} ${message}` });
}

function refuseIssue(c: Context, issue: unknown): Response {
  // Standard Schema hides valibot's own issue type, so its members are checked.
  if (!isIssue(issue)) return invalidField(c, "(input)", "is not valid");
  const field = v.getDotPath(issue) ?? "(body)";
  if (issue.kind === "validation") return invalidField(c, field, issue.message);
  if (issue.received === "undefined") return invalidField(c, field, "is missing");
  return invalidField(c, field, `must be ${issue.expected ?? "never"}`);
}

function isIssue(value: unknown): value is v.BaseIssue<unknown> {
  return isObject(value) && typeof value["kind"] === "string" && typeof value["message"] === "string";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
