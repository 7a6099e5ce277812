/** A built mini program, in the form in which `scripts/lib/build-shop.ts` passes it to the runtime. */
import type { template } from "glass-easel";

/** A page or component. */
export interface ProgramPart {
  readonly path: string;
  readonly isPage: boolean;
  readonly json: Readonly<Record<string, unknown>>;
  /** The prefix of the part's CSS classes; empty when it shares the app's styles. */
  readonly scope: string;
  /** Runs the part's code, which calls `Page` or `Component`. */
  readonly run: () => Promise<unknown>;
}

/** A mini program. */
export interface Program {
  readonly config: Readonly<Record<string, unknown>>;
  readonly theme: Readonly<Record<string, unknown>>;
  readonly templates: Readonly<Record<string, template.ComponentTemplate["content"]>>;
  readonly parts: readonly ProgramPart[];
  /** Runs `app.ts`, which calls `App`. */
  readonly run: () => Promise<unknown>;
}

/** Returns a field of a JSON object as an object; empty when it is not an object. */
export function objectAt(json: unknown, name: string): Readonly<Record<string, unknown>> {
  const value = isObject(json) ? json[name] : undefined;
  return isObject(value) ? value : {};
}

/** Returns a field of a JSON object as text; empty when it is not text. */
export function textAt(json: unknown, name: string): string {
  const value = isObject(json) ? json[name] : undefined;
  return typeof value === "string" ? value : "";
}

/** Returns a field of a JSON object as a list; empty when it is not a list. */
export function listAt(json: unknown, name: string): readonly unknown[] {
  const value = isObject(json) ? json[name] : undefined;
  return Array.isArray(value) ? value : [];
}

/** Returns whether a value is an object and neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
