/**
 * Reads wire fields by name and shape. A reader adds what is missing or of the wrong shape to a list of problems and
 * continues with `""`, so the code that names the fields of a push stays a plain list; the caller checks the problems
 * once.
 */
import { ownValue } from "../../../../shared/base/own-value.ts";
import type { WireFields, WireValue } from "./wire.ts";

/** A field that is missing or has the wrong shape. The name is one of ours, never content. */
export interface FieldProblem {
  readonly reason: "missing_field" | "bad_field";
  readonly field: string;
}

/** Reads the fields of one wire object. */
export interface FieldReader {
  /** The object itself, unchanged. */
  readonly raw: WireFields;
  /** An optional text; when missing, it is `""`. */
  text(name: string): string;
  /** A text that must be present and match. */
  required(name: string, shape: RegExp): string;
  /** A text that matches; `""` when it is missing or anything else, without a problem. */
  optional(name: string, shape: RegExp): string;
}

/**
 * Makes a reader.
 *
 * @param raw the object to read
 * @param problems the list problems are added to, in the order they are found
 */
export function createFieldReader(raw: WireFields, problems: FieldProblem[]): FieldReader {
  // Names like `toString` must not find the methods of Object.
  const own = (name: string): WireValue => ownValue(raw, name) ?? "";

  function note(reason: FieldProblem["reason"], field: string): "" {
    problems.push({ reason, field });
    return "";
  }

  function text(name: string): string {
    const value = own(name);
    return typeof value === "string" ? value : note("bad_field", name);
  }

  return {
    raw,
    text,
    required(name, shape) {
      if (own(name) === "") return note("missing_field", name);
      const value = text(name);
      return value === "" || shape.test(value) ? value : note("bad_field", name);
    },
    optional(name, shape) {
      const value = own(name);
      return typeof value === "string" && shape.test(value) ? value : "";
    },
  };
}
