/**
 * Parses all JSON from outside: a push, a body of the API, a webhook's answer. A byte order mark and surrounding white
 * space are accepted. Its depth and size are limited before values are built, because code that checks or copies a
 * value is recursive and stores a problem for each invalid entry.
 */
import { err, ok, type Result } from "./result.ts";

/** The limits of a text. */
export interface JsonLimits {
  /** The maximum depth of objects and arrays, including the outermost. */
  readonly maxDepth: number;
  /** The maximum number of commas between values. */
  readonly maxCommas: number;
}

/** Why a text is rejected. */
export interface JsonTextProblem {
  readonly reason: "malformed" | "too_deep" | "too_many_nodes";
}

/** The reviver of `JSON.parse`; `context.source` is the source text of a number (Node 24, workerd). */
export type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses JSON.
 *
 * @param text the whole body
 * @param reviver see `JSON.parse`; its errors are thrown, except a SyntaxError
 */
export function readJsonText(text: string, limits: JsonLimits, reviver?: Reviver): Result<unknown, JsonTextProblem> {
  // JavaScript treats a byte order mark as white space.
  const body = text.trim();
  const excess = checkShape(body, limits);
  if (excess !== undefined) return err({ reason: excess });
  try {
    const value: unknown = JSON.parse(body, reviver);
    return ok(value);
  } catch (error) {
    if (error instanceof SyntaxError) return err({ reason: "malformed" });
    throw error;
  }
}

/**
 * Returns the limit that a text exceeds, undefined when it exceeds none. Counts brackets and commas, so that no value
 * is built for a text that is rejected.
 */
function checkShape(body: string, { maxDepth, maxCommas }: JsonLimits): "too_deep" | "too_many_nodes" | undefined {
  let depth = 0;
  let commas = 0;
  let inString = false;
  for (let index = 0; index < body.length; index += 1) {
    const code = body.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) inString = false;
      continue;
    }
    if (code === QUOTE) inString = true;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === 0x2c) commas += 1;
    if (depth > maxDepth) return "too_deep";
    if (commas > maxCommas) return "too_many_nodes";
  }
  return undefined;
}
