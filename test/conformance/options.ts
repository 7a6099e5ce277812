/**
 * Parses command line and environment: the server and the options of a run. Flags take precedence; secrets should be
 * given by the environment, as flags stay in the shell's history and in the list of processes.
 */
import { parseArgs } from "node:util";
import type { PushMode } from "./push.ts";
import type { Settings } from "./session.ts";
import { createTakenList } from "./taken.ts";
import type { PushFormat } from "./wire.ts";

/** The parsed options. */
export interface Options {
  readonly settings: Settings;
  readonly json: boolean;
  /** Whether a failed SHOULD makes the exit code 1, too. */
  readonly strict: boolean;
  /** Runs only the cases whose ids begin with one of these; when empty, every case. */
  readonly only: readonly string[];
  /** Texts that must never be printed. */
  readonly secrets: readonly string[];
}

/** The options, or what is wrong with the arguments, without their values. */
export type ReadOptions =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly problem: string };

type Env = Readonly<Record<string, string | undefined>>;

/** The text for `--help` and for an invalid call. */
export const USAGE = `node test/conformance/main.ts --url https://…/wechat/message --appid wx… [...]

  --url URL              消息推送 URL / the push URL
  --appid wx…            AppID                 (WECHAT_APPID)
  --token …              Token                 (WECHAT_TOKEN)
  --aes-key …            EncodingAESKey, 43    (WECHAT_ENCODING_AES_KEY)
  --mode secure|compatible|plain     消息加解密方式 / as the server is set; default secure
  --format auto|xml|json             数据格式; default auto: both are tried (compatible: XML)
  --account gh_…         原始 ID / original id the pushes are addressed to; default gh_conformance0
  --handover-text 人工   服务端遇到它就转人工 / a text at which the server hands over
  --taken-url URL        收到的消息的列表，{openid} 处填用户 / a list of the accepted messages (README)
                         授权头 / its authorization header: CONFORMANCE_TAKEN_AUTHORIZATION
  --timeout-ms N         微信等多久 / how long WeChat waits; default 5000
  --strict               SHOULD 也算不通过 / a failed SHOULD counts, too
  --only push,http.alive 只跑这些 / run only these
  --json                 给脚本 / for scripts
  --list                 列出全部用例 / print every case

密钥请用环境变量 / give secrets by the environment: WECHAT_TOKEN WECHAT_ENCODING_AES_KEY CONFORMANCE_TAKEN_AUTHORIZATION
退出码 / exit code: 0 通过 passed, 1 有 MUST 不通过 a MUST failed, 2 参数不对 wrong call`;

const AES_KEY = /^[A-Za-z0-9+/]{43}$/;
const MODES: readonly PushMode[] = ["secure", "compatible", "plain"];
const FORMATS: readonly ("auto" | PushFormat)[] = ["auto", "xml", "json"];
const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/**
 * Returns the text that `--help` or `--list` asks for; undefined without these flags, or when an argument is unknown.
 */
export function readWantedText(args: readonly string[]): "help" | "list" | undefined {
  const values = readFlags(args);
  if (values?.help === true) return "help";
  return values?.list === true ? "list" : undefined;
}

/** Parses all options. @returns them, or the first problem */
export function readOptions(args: readonly string[], env: Env): ReadOptions {
  const values = readFlags(args);
  if (values === undefined) return wrong("有未知或缺少值的参数 / an argument is unknown or has no value");
  const { url, "taken-url": takenUrl, json = false, strict = false } = values;
  const mode = MODES.find((known) => known === (values.mode ?? "secure"));
  const format = FORMATS.find((known) => known === (values.format ?? "auto"));
  const appid = (values.appid ?? env["WECHAT_APPID"] ?? "").trim();
  const token = (values.token ?? env["WECHAT_TOKEN"] ?? "").trim();
  const aesKey = (values["aes-key"] ?? env["WECHAT_ENCODING_AES_KEY"] ?? "").trim();
  const authorization = env["CONFORMANCE_TAKEN_AUTHORIZATION"]?.trim();
  const timeoutMs = Number(values["timeout-ms"] ?? 5_000);
  if (url === undefined || !isHttpUrl(url)) return wrong("--url: http(s)://…");
  if (takenUrl !== undefined && !isHttpUrl(takenUrl)) return wrong("--taken-url: http(s)://…");
  if (mode === undefined) return wrong("--mode: secure, compatible, plain");
  if (format === undefined) return wrong("--format: auto, xml, json");
  if (appid === "" || token === "") return wrong("缺少 AppID 或 Token / AppID and Token are required");
  if (mode !== "plain" && !AES_KEY.test(aesKey)) return wrong("EncodingAESKey: 43 位 / 43 characters");
  if (!(timeoutMs >= 100 && timeoutMs <= 60_000)) return wrong("--timeout-ms: 100–60000");
  const { account = "gh_conformance0", "handover-text": handoverText = "人工" } = values;
  const settings = {
    target: { url, appid, token, aesKey, mode, account },
    timeoutMs,
    formatsToTry: formatsFor(format, mode),
    handoverText,
    ...(takenUrl === undefined ? {} : { takenList: createTakenList(takenUrl, authorization, timeoutMs) }),
  };
  const secrets = [token, aesKey, authorization ?? ""].filter((secret) => secret !== "");
  const only = (values.only ?? "").split(",").filter((beginning) => beginning !== "");
  return { ok: true, options: { settings, json, strict, only, secrets } };
}

// The form of JSON in compatible mode is undocumented (WECHAT.md §15.1), so it is tested only with `--format json`.
function formatsFor(format: "auto" | PushFormat, mode: PushMode): readonly PushFormat[] {
  if (format !== "auto") return [format];
  return mode === "compatible" ? ["xml"] : ["xml", "json"];
}

function readFlags(args: readonly string[]) {
  const options = {
    url: text,
    appid: text,
    token: text,
    "aes-key": text,
    mode: text,
    format: text,
    account: text,
    "handover-text": text,
    "taken-url": text,
    "timeout-ms": text,
    only: text,
    strict: flag,
    json: flag,
    help: { type: "boolean", short: "h" } as const,
    list: flag,
  };
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch {
    return undefined; // the error's own text repeats the input
  }
}

function isHttpUrl(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

function wrong(problem: string): ReadOptions {
  return { ok: false, problem };
}
