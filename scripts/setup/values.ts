/**
 * Which value each variable gets: the one the user brings, the one that is there, or a new one. Pure.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "../doctor/finding.ts";
import { hasForm, makeValue, VARIABLES, type RandomBytes, type VariableName } from "./variables.ts";

/** Where a value comes from. Only what was made is ever shown. */
export type Origin = "brought" | "kept" | "made";

/** A variable with its value. */
export interface Value {
  readonly name: VariableName;
  readonly origin: Origin;
  /** Absent: it is kept where nobody can read it. */
  readonly value?: string;
}

/** What is to be decided on. */
export interface ValueSources {
  /** The variables to be set. */
  readonly names: readonly VariableName[];
  readonly brought: Readonly<Partial<Record<VariableName, string>>>;
  /** What is there; null: something nobody can read. */
  readonly existing: Readonly<Partial<Record<VariableName, string | null>>>;
  /** Whether what the user brings replaces what is there. */
  readonly force: boolean;
  /** Whether what can be made is made anew. */
  readonly renew: boolean;
  readonly random: RandomBytes;
}

/** Decides for each variable. What only the user can know and did not tell is left out. */
export function decideValues(sources: ValueSources): readonly Value[] {
  const { names, brought, existing, force, renew, random } = sources;
  return names.flatMap((name): readonly Value[] => {
    const [given, there, made] = [brought[name], existing[name], makeValue(name, random)];
    if (given !== undefined && (force || there === undefined)) return [{ name, origin: "brought", value: given }];
    if (made !== undefined && (renew || there === undefined)) return [{ name, origin: "made", value: made }];
    return there === undefined ? [] : [{ name, origin: "kept", ...(there !== null && { value: there }) }];
  });
}

/**
 * Values the user brought that would not be taken, as another one is there. An API key that cannot be compared is none:
 * it may be brought only to ask the worker with.
 */
export function findConflicts({ brought, existing, force }: ValueSources): readonly VariableName[] {
  if (force) return [];
  return namesOf(brought).filter((name) => isOther(existing[name], brought[name], name));
}

/** Everything with the wrong form, by name and never by value. */
export function findFormProblems(brought: ValueSources["brought"]): readonly BilingualText[] {
  return namesOf(brought)
    .filter((name) => !hasForm(name, brought[name] ?? ""))
    .map((name) => {
      const { zh, en } = VARIABLES[name].what;
      return say(`${name} 的形式不对。${zh}`, `${name} has the wrong form. It is ${en}`);
    });
}

/** The value of a variable, if it is known. */
export function valueOf(values: readonly Value[], name: VariableName): string | undefined {
  return values.find((value) => value.name === name)?.value;
}

/** What was not made here: never to be printed. */
export function secretsBrought(values: readonly Value[]): readonly string[] {
  const others = values.flatMap(({ name, origin, value }) => (origin === "made" ? [] : [[name, value] as const]));
  return secretsOf(Object.fromEntries(others));
}

/** The secrets among values: an AppID is none. */
export function secretsOf(values: ValueSources["brought"]): readonly string[] {
  return namesOf(values).flatMap((name) => (name === "WECHAT_APPID" ? [] : (values[name] ?? "").split(",")));
}

function isOther(there: string | null | undefined, given: string | undefined, name: VariableName): boolean {
  return there !== undefined && there !== given && !(there === null && name === "API_KEYS");
}

function namesOf(values: Readonly<Partial<Record<VariableName, unknown>>>): readonly VariableName[] {
  return (Object.keys(VARIABLES) as VariableName[]).filter((name) => values[name] !== undefined);
}
