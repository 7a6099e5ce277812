/**
 * Reads the keys that the team creates for itself: those of the REST API, and those of webhooks, of signed contexts and
 * of sealed texts, each with its previous value during a rotation. A data key must not be used for anything else.
 */
import { MIN_CONTEXT_KEY } from "../../shared/entry/context-token.ts";
import { isWebhookSecret } from "../webhooks/sign.ts";
import type { ConfigProblem } from "./config-problem.ts";
import {
  areSameBytes,
  checkSecrets,
  findDataKeyProblem,
  findStrayCharacter,
  isAllZero,
  readKeyList,
} from "./secrets.ts";
import type { VariableReader } from "./variable-reader.ts";

/** The team's keys. */
export interface Keys {
  /** Keys of the REST API; empty: the API is off. */
  readonly apiKeys: readonly string[];
  /** Secrets that webhooks are signed with, the current one first; empty: webhooks cannot be used. */
  readonly webhookSecrets: readonly string[];
  /** Keys with which the shop's back end signs contexts, the current one first; empty: no context is verified. */
  readonly contextKeys: readonly string[];
  /** Keys that seal texts in objects of many users, the current one first; empty: the desk is off. */
  readonly dataKeys: readonly string[];
}

/** How to create a value of a secret, as of the variable without `_PREVIOUS`. */
const makeOne = (variable: string): string =>
  `create one with: npm run -s secret -- ${variable.replace("_PREVIOUS", "")}`;

/** Reads all keys and adds their problems. */
export function readKeys(read: VariableReader, problems: ConfigProblem[]): Keys {
  return {
    apiKeys: readApiKeys(read, problems),
    webhookSecrets: readWebhookSecrets(read, problems),
    contextKeys: readContextKeys(read, problems),
    dataKeys: readDataKeys(read, problems),
  };
}

function readApiKeys(read: VariableReader, problems: ConfigProblem[]): readonly string[] {
  const keys = readKeyList(read.raw("API_KEYS"));
  checkSecrets(problems, "listed", { API_KEYS: keys.find((key) => findStrayCharacter(key, "listed") !== undefined) });
  if (keys.some((key) => key.length < 16)) {
    problems.push({
      variable: "API_KEYS",
      problem: "has a key shorter than 16 characters",
      cure: makeOne("API_KEYS"),
    });
  }
  return keys;
}

function readWebhookSecrets(read: VariableReader, problems: ConfigProblem[]): readonly string[] {
  return readRotated(read, "WEBHOOK_SECRET", (variable, secret) => {
    if (isWebhookSecret(secret)) return;
    problems.push({
      variable,
      problem: "must be whsec_ followed by 24 to 64 bytes in base64",
      cure: makeOne(variable),
    });
  });
}

function readContextKeys(read: VariableReader, problems: ConfigProblem[]): readonly string[] {
  return readRotated(read, "CONTEXT_KEY", (variable, key) => {
    checkSecrets(problems, "key", { [variable]: key });
    if (key.length >= MIN_CONTEXT_KEY) return;
    const problem = `has fewer than ${MIN_CONTEXT_KEY} characters`;
    problems.push({ variable, problem, cure: makeOne(variable) });
  });
}

function readDataKeys(read: VariableReader, problems: ConfigProblem[]): readonly string[] {
  return readRotated(read, "DATA_KEY", (variable, key) => {
    const problem = findStrayCharacter(key, "token") ?? findDataKeyProblem(key) ?? findReuse(read, variable, key);
    if (problem !== undefined) problems.push({ variable, problem, cure: makeOne(variable) });
  });
}

/**
 * Returns the problem of a data key that consists of zeros, or that is also used for another purpose and so is known to
 * others; undefined when there is none.
 */
function findReuse(read: VariableReader, variable: string, key: string): string | undefined {
  if (isAllZero(key)) return "must be random, not zeros";
  const single = ["CONTEXT_KEY", "CONTEXT_KEY_PREVIOUS", "WEBHOOK_SECRET", "WEBHOOK_SECRET_PREVIOUS"];
  const names = variable === "DATA_KEY" ? single : [...single, "DATA_KEY"];
  const shared = names.find((name) => areSameBytes(key, read.text(name) ?? ""));
  if (shared !== undefined) return `must not be ${shared}`;
  const isApiKey = readKeyList(read.raw("API_KEYS")).some((apiKey) => areSameBytes(key, apiKey));
  return isApiKey ? "must not be one of API_KEYS" : undefined;
}

/**
 * Reads a secret and, during a rotation, the previous one. A previous secret alone is ignored, because without a
 * current one the feature is off.
 */
function readRotated(
  read: VariableReader,
  name: string,
  check: (variable: string, secret: string) => void,
): readonly string[] {
  const secrets: string[] = [];
  for (const variable of [name, `${name}_PREVIOUS`]) {
    const secret = read.text(variable);
    if (secret === undefined) continue;
    secrets.push(secret);
    check(variable, secret);
  }
  return read.text(name) === undefined ? [] : secrets;
}
