/** The variables that setup sets: the format of each value, and how values are generated (WECHAT.md §1.1, §2). */
import { Buffer } from "node:buffer";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "../doctor/finding.ts";

/** Returns new random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

/** A variable that setup sets. */
export type VariableName = keyof typeof VARIABLES;

interface Variable {
  readonly form: RegExp;
  /** Its description and format. */
  readonly what: BilingualText;
  /** Generates a value; absent when only the user can know it. */
  readonly make?: (random: RandomBytes) => string;
  /** Neither `--renew` nor `--force` replaces it: texts sealed with it could no longer be opened. */
  readonly isLasting?: true;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/**
 * The allowed last characters of an EncodingAESKey: the last of 43 base64 characters holds four bits, and with these
 * characters the two spare bits are zero, as strict decoders require.
 */
const LAST_LETTERS = "AEIMQUYcgkosw048";

/** All variables, in the order in which they are shown. */
export const VARIABLES = {
  WECHAT_APPID: {
    form: /^wx[0-9a-f]{16}$/,
    what: say("AppID：wx 后接 16 位 0-9 a-f", "the AppID: wx followed by 16 characters 0-9 a-f"),
  },
  WECHAT_APP_SECRET: {
    form: /^[0-9a-f]{32}$/,
    what: say("AppSecret：32 位 0-9 a-f", "the AppSecret: 32 characters 0-9 a-f"),
  },
  WECHAT_TOKEN: {
    form: /^[A-Za-z0-9]{3,32}$/,
    what: say("Token：3 到 32 位字母数字", "the Token: 3 to 32 letters and digits"),
    make: hex(16),
  },
  WECHAT_ENCODING_AES_KEY: {
    form: /^[A-Za-z0-9]{43}$/,
    what: say("EncodingAESKey：43 位字母数字", "the EncodingAESKey: 43 letters and digits"),
    make: (random) => pick(LETTERS, 42, random) + pick(LAST_LETTERS, 1, random),
  },
  API_KEYS: {
    form: /^[\w.~+/=-]{16,}(,[\w.~+/=-]{16,})*$/,
    what: say("API 密钥：每个至少 16 个字符，逗号分隔", "API keys: at least 16 characters each, separated by commas"),
    make: hex(24),
  },
  DATA_KEY: {
    form: /^[A-Za-z0-9+/]{43}=$/,
    what: say("数据密钥：32 字节的 base64", "the key that seals data: 32 bytes in base64"),
    make: base64(32),
    isLasting: true,
  },
  CONTEXT_KEY: {
    form: /^\S{32,}$/,
    what: say("上下文签名密钥：至少 32 个字符", "the key of signed contexts: at least 32 characters"),
    make: base64(32),
  },
  WEBHOOK_SECRET: {
    form: /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
    what: say("Webhook 密钥：whsec_ 后接 base64", "the webhook secret: whsec_ followed by base64"),
    make: (random) => `whsec_${base64(32)(random)}`,
  },
} as const satisfies Record<string, Variable>;

/** The names of the variables. */
export const VARIABLE_NAMES = Object.keys(VARIABLES).filter(isVariableName);

/** Returns whether setup sets a variable. */
export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name);
}

/** Returns whether a value has the format of its variable. */
export function hasForm(name: VariableName, value: string): boolean {
  return VARIABLES[name].form.test(value);
}

/** Generates a value. @returns undefined when only the user can know it */
export function makeValue(name: VariableName, random: RandomBytes): string | undefined {
  const variable: Variable = VARIABLES[name];
  return variable.make?.(random);
}

/** Returns whether setup never replaces an existing value. */
export function isLasting(name: VariableName): boolean {
  const variable: Variable = VARIABLES[name];
  return variable.isLasting === true;
}

/** Generates an AppSecret for an AppID that does not exist: it is valid for the local WeChat only. */
export function makeLocalSecret(random: RandomBytes): string {
  return hex(16)(random);
}

function base64(bytes: number): (random: RandomBytes) => string {
  return (random) => Buffer.from(random(bytes)).toString("base64");
}

function hex(bytes: number): (random: RandomBytes) => string {
  return (random) => Buffer.from(random(bytes)).toString("hex");
}

/**
 * Picks random characters. Bytes beyond the last full multiple of the alphabet's length are discarded, so that all
 * characters are equally likely.
 */
function pick(alphabet: string, length: number, random: RandomBytes): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < limit && text.length < length) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
