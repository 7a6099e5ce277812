/**
 * The questions of setup, asked with @clack/prompts. All questions come before anything is written, so that an
 * interrupted run has changed nothing.
 */
import { confirm, password, select, text } from "@clack/prompts";
import type { Readable, Writable } from "node:stream";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { trimSecret } from "../../shared/base/secret-text.ts";
import { inBoth } from "../doctor/finding.ts";

/** Asks the user questions. */
export interface Asker {
  choose<T extends string>(question: BilingualText, choices: readonly Choice<T>[]): Promise<T>;
  /**
   * Asks for a text. @param wrong returns the error text for an invalid answer, undefined for a valid one
   * @param initial the default text
   */
  text(question: BilingualText, wrong: Check, initial?: string): Promise<string>;
  /** Asks for a text that is displayed as dots. */
  secret(question: BilingualText, wrong: Check): Promise<string>;
  confirm(question: BilingualText, initial: boolean): Promise<boolean>;
}

/** One option of a choice. */
export interface Choice<T> {
  readonly value: T;
  readonly words: BilingualText;
}

const trim = (answer: string) => answer.trim();

const YES_NO = { active: "是 / yes", inactive: "否 / no" };

/** Returns the error text for an invalid answer; undefined for a valid one. */
export type Check = (answer: string) => BilingualText | undefined;

/**
 * Creates an asker for a terminal.
 *
 * @param onCancel called on Ctrl-C or Escape
 */
export function createAsker(streams: { input: Readable; output: Writable }, onCancel: () => never): Asker {
  const common = { ...streams, withGuide: false };
  const judge = (wrong: Check, read: (text: string) => string) => (answer: string | undefined) => {
    const words = wrong(read(answer ?? ""));
    return words === undefined ? undefined : inBoth(words);
  };
  const answered = <T extends string | boolean>(answer: T | symbol): T =>
    typeof answer === "symbol" ? onCancel() : answer;
  return {
    async choose(question, choices) {
      const options: { value: string; label: string }[] = choices.map(({ value, words }) => {
        return { value, label: inBoth(words) };
      });
      const answer = answered<string>(
        await select({ ...common, message: `${inBoth(question)}  ↑↓ ⏎`, options, showInstructions: false }),
      );
      const chosen = choices.find(({ value }) => value === answer);
      if (chosen === undefined) throw new Error("the prompt returned a value that is not one of the choices");
      return chosen.value;
    },
    async text(question, wrong, initial = "") {
      const options = { ...common, message: inBoth(question), validate: judge(wrong, trim), initialValue: initial };
      return trim(answered<string>(await text(options)));
    },
    async secret(question, wrong) {
      const options = { ...common, message: inBoth(question), validate: judge(wrong, trimSecret) };
      return trimSecret(answered<string>(await password(options)));
    },
    async confirm(question, initial) {
      return answered<boolean>(
        await confirm({ ...common, ...YES_NO, message: inBoth(question), initialValue: initial }),
      );
    },
  };
}
