/**
 * Reads wire fields by name and format. A reader adds each missing or malformed field to a list of problems and
 * continues with `""`, so the code that names the fields of a push remains a plain list; the caller checks the problems
 * once.
 */
import { ownValue } from "../../../../shared/base/own-value.ts";
import type { WireFields, WireValue } from "./wire.ts";

/** A field that is missing or malformed. The name is defined here and contains no user content. */
export interface FieldProblem {
  readonly reason: "missing_field" | "bad_field";
  readonly field: string;
}

/** Reads the fields of one wire object. */
export interface FieldReader {
  /** The object itself, unchanged. */
  readonly raw: WireFields;
  /** Returns an optional text; `""` when it is missing. For a list or an object adds a problem and returns `""`. */
  text(name: string): string;
  /** Returns a text that must be present and match `shape`; otherwise adds a problem and returns `""`. */
  required(name: string, shape: RegExp): string;
  /** Returns a text that matches `shape`; `""` when it is missing or does not match, without adding a problem. */
  optional(name: string, shape: RegExp): string;
}

/**
 * Creates a reader.
 *
 * @param raw the object to read
 * @param problems the list that problems are added to, in the order in which they are found
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
