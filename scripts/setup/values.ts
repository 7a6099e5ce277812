/** Decides the value of each variable: the one given by the user, the existing one, or a new one. Pure. */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "../doctor/finding.ts";
import type { Fault } from "./fault.ts";
import { hasForm, isLasting, makeValue, VARIABLES, type RandomBytes, type VariableName } from "./variables.ts";

/** The origin of a value. Only generated values are ever shown. */
export type Origin = "brought" | "kept" | "made";

/** A variable with its value. */
export interface Value {
  readonly name: VariableName;
  readonly origin: Origin;
  /** Absent: an existing value that cannot be read is kept. */
  readonly value?: string;
}

/** The input of the decision. */
export interface ValueSources {
  /** The variables to be set. */
  readonly names: readonly VariableName[];
  readonly brought: Readonly<Partial<Record<VariableName, string>>>;
  /** The existing value; null: it exists but cannot be read. */
  readonly existing: Readonly<Partial<Record<VariableName, string | null>>>;
  /** Whether values given by the user replace existing ones. */
  readonly force: boolean;
  /** Whether values that can be generated are regenerated. */
  readonly renew: boolean;
  readonly random: RandomBytes;
}

/**
 * Decides each variable: the given value, if there is none yet or `force`; a new one, if there is none yet or `renew`;
 * otherwise the existing one. Values that only the user can know and did not give are left out.
 */
export function decideValues(sources: ValueSources): readonly Value[] {
  const { names, brought, existing, force, renew, random } = sources;
  return names.flatMap((name): readonly Value[] => {
    const [given, there, made] = [brought[name], existing[name], makeValue(name, random)];
    if (given !== undefined && (force || there === undefined)) return [{ name, origin: "brought", value: given }];
    const isRenewed = renew && !isLasting(name);
    if (made !== undefined && (isRenewed || there === undefined)) return [{ name, origin: "made", value: made }];
    return there === undefined ? [] : [{ name, origin: "kept", ...(there !== null && { value: there }) }];
  });
}

/**
 * Returns the variables whose given value would be ignored because a different one exists. An API key that cannot be
 * compared is not included: it may be given only to call the worker.
 */
export function findConflicts({ brought, existing, force }: ValueSources): readonly VariableName[] {
  if (force) return [];
  return namesOf(brought).filter((name) => isOther(existing[name], brought[name], name));
}

/**
 * Returns an error when a given value would replace an existing key that must be kept to open the texts sealed with it.
 * A confirmation is not enough: the old value must stay set as `_PREVIOUS`, which setup cannot do.
 */
export function findLastingFault({ brought, existing }: ValueSources): Fault | undefined {
  const replaced = namesOf(brought).filter((name) => isLasting(name) && isOther(existing[name], brought[name], name));
  if (replaced.length === 0) return undefined;
  const list = replaced.join(", ");
  return {
    wrong: say(
      `已有 ${list}：直接替换后，用旧值加密的数据将无法解密`,
      `${list} is already set: if it were replaced, data encrypted with the old value could not be decrypted any more`,
    ),
    cure: say(
      "不提供该值；要更换，按 docs/how-to/rotate-secrets.md 先把旧值设为 _PREVIOUS",
      "omit the value; to change it, first set the old one as _PREVIOUS (docs/how-to/rotate-secrets.md)",
    ),
  };
}

/** Returns a text for every value with a wrong format; it contains the name, never the value. */
export function findFormProblems(brought: ValueSources["brought"]): readonly BilingualText[] {
  return namesOf(brought)
    .filter((name) => !hasForm(name, brought[name] ?? ""))
    .map((name) => {
      const { zh, en } = VARIABLES[name].what;
      return say(`${name} 的格式有误。${zh}`, `${name} has a wrong format. Expected: ${en}`);
    });
}

/** Returns the value of a variable, if it is known. */
export function valueOf(values: readonly Value[], name: VariableName): string | undefined {
  return values.find((value) => value.name === name)?.value;
}

/** Returns the values that were not generated here and must not be printed. */
export function secretsBrought(values: readonly Value[]): readonly string[] {
  const others = values.flatMap(({ name, origin, value }) => (origin === "made" ? [] : [[name, value] as const]));
  return secretsOf(Object.fromEntries(others));
}

/** Returns the secrets among values; an AppID is not a secret. */
export function secretsOf(values: ValueSources["brought"]): readonly string[] {
  return namesOf(values).flatMap((name) => (name === "WECHAT_APPID" ? [] : (values[name] ?? "").split(",")));
}

function isOther(there: string | null | undefined, given: string | undefined, name: VariableName): boolean {
  return there !== undefined && there !== given && !(there === null && name === "API_KEYS");
}

function namesOf(values: Readonly<Partial<Record<VariableName, unknown>>>): readonly VariableName[] {
  return (Object.keys(VARIABLES) as VariableName[]).filter((name) => values[name] !== undefined);
}
