/**
 * The values of the local stack: those of `.dev.vars`, and for all others the mini program and keys of `local-app.ts`.
 * `npm start`, `npm run setup -- --local` and the doctor read the same file, so their values agree; the demo and the
 * tests read no file.
 */
import type { EmulatedAppInput } from "../../emulator/model.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { ConfigProblem } from "../../worker/config/config-problem.ts";
import { readConfig } from "../../worker/config/config.ts";
import { parseEnvText } from "./env-format.ts";
import { LOCAL_API_KEY, LOCAL_APP, LOCAL_CONTEXT_KEY, LOCAL_DATA_KEY, LOCAL_WEBHOOK_SECRET } from "./local-app.ts";

/** The values of one local stack. */
export interface LocalValues {
  /** The variables of the worker. */
  readonly vars: Readonly<Record<string, string>>;
  /** The mini programs of the emulator, without their push URLs. */
  readonly apps: readonly Omit<EmulatedAppInput, "pushUrl">[];
  readonly apiKey: string;
  /** The secret with which the sample shop verifies webhooks. */
  readonly webhookSecret: string;
}

/** Variables that are not read from the file: the address of WeChat is always the stack's own emulator. */
const NOT_FROM_FILE = new Set(["WECHAT_API_BASE", "WECHAT_TOKEN_BASE"]);
/** In plain mode there may be no key; the emulator requires one with the right format. */
const NO_KEY = "A".repeat(43);

const OWN = {
  WECHAT_APPID: LOCAL_APP.appid,
  WECHAT_APP_SECRET: LOCAL_APP.secret,
  WECHAT_TOKEN: LOCAL_APP.token,
  WECHAT_ENCODING_AES_KEY: LOCAL_APP.aesKey,
  WECHAT_PUSH_MODE: "secure",
  API_KEYS: LOCAL_API_KEY,
  CONTEXT_KEY: LOCAL_CONTEXT_KEY,
  DATA_KEY: LOCAL_DATA_KEY,
  WEBHOOK_SECRET: LOCAL_WEBHOOK_SECRET,
};

/**
 * Reads the values.
 *
 * @param devVars the text of `.dev.vars`; empty when there is none
 * @returns the values, or all problems of the file
 */
export function readLocalValues(devVars: string): Result<LocalValues, readonly ConfigProblem[]> {
  const given = Object.entries(parseEnvText(devVars)).filter(
    ([name, value]) => value !== "" && !NOT_FROM_FILE.has(name),
  );
  // Texts that were encrypted before the file had its own key stay readable.
  const before = given.some(([name, value]) => name === "DATA_KEY" && value !== LOCAL_DATA_KEY)
    ? { DATA_KEY_PREVIOUS: LOCAL_DATA_KEY }
    : {};
  const vars: Record<string, string> = { ...OWN, ...before, ...Object.fromEntries(given) };
  const config = readConfig(vars);
  if (!config.ok) return err(config.error);
  const { apps, apiKeys, webhookSecrets } = config.value;
  return ok({
    vars,
    apiKey: apiKeys[0] ?? "",
    webhookSecret: webhookSecrets[0] ?? "",
    apps: apps.map(({ appid, secret, tokens, aesKeys, mode }) => ({
      appid,
      secret,
      mode,
      token: tokens[0] ?? "",
      aesKey: aesKeys[0] ?? NO_KEY,
      format: "xml",
    })),
  });
}

/** Returns the values of a stack without a file. */
export function ownValues(): LocalValues {
  const values = readLocalValues("");
  if (!values.ok) throw new Error("the values of the local stack are invalid");
  return values.value;
}
