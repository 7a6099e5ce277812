/** Reads single variables of the environment and collects every problem in one list. */
import { trimSecret } from "../../shared/base/secret-text.ts";
import type { ConfigProblem } from "./config-problem.ts";

/** The variables as they are set: any of them may be missing or of any type. */
export type RawEnv = Readonly<Record<string, unknown>>;

/** Reads single variables and adds their problems to the list. */
export class VariableReader {
  readonly #env: RawEnv;
  readonly #problems: ConfigProblem[];

  constructor(env: RawEnv, problems: ConfigProblem[]) {
    this.#env = env;
    this.#problems = problems;
  }

  /**
   * Returns the value as text; empty when it is missing. Values set without quotation marks in wrangler.toml arrive
   * as numbers or arrays and are converted to JSON.
   */
  raw(variable: string): string {
    const value = this.#env[variable] ?? "";
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  /** Returns the value without surrounding white space and quotation marks; undefined when it is missing or empty. */
  text(variable: string): string | undefined {
    return trimSecret(this.raw(variable)) || undefined;
  }

  oneOf<const T extends string>(variable: string, allowed: readonly T[], fallback: T): T {
    const value = this.text(variable);
    if (value === undefined) return fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.#problems.push({
      variable,
      problem: `must be one of: ${allowed.join(", ")}`,
      cure: `set one of: ${allowed.join(", ")}`,
    });
    return fallback;
  }

  integer(variable: string, min: number, max: number, fallback: number): number {
    const value = this.text(variable);
    if (value === undefined) return fallback;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.#problems.push({
      variable,
      problem: `must be a whole number from ${min} to ${max}`,
      cure: `set a number from ${min} to ${max}`,
    });
    return fallback;
  }

  baseUrl(variable: string, fallback: string): string {
    const value = this.text(variable) ?? fallback;
    if (/^https?:\/\/[^\s/?#]+$/.test(value.replace(/\/+$/, ""))) return value.replace(/\/+$/, "");
    this.#problems.push({
      variable,
      problem: "must be an http(s) origin: scheme and host, without a path",
      cure: "set an origin such as https://api.weixin.qq.com",
    });
    return fallback;
  }
}
