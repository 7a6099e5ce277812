/**
 * The fields of the WeChat console and their values (WECHAT.md §1.1). Values the user gave are named, not shown.
 */
import type { PushMode } from "../../emulator/push-model.ts";
import { inBoth, say } from "../doctor/finding.ts";
import type { Value } from "./values.ts";

const NOT_SHOWN = {
  brought: say("您自己给的那一个（不显示）", "the one you gave (not shown)"),
  kept: say("原来的那一个（不显示）", "the one that was there (not shown)"),
};

const MODES = {
  secure: say("安全模式", "the secure mode"),
  compatible: say("兼容模式", "the compatible mode"),
  plain: say("明文模式", "the plaintext mode"),
} as const satisfies Record<PushMode, unknown>;

/** The fields, with their position in the console and the points to check. */
export function describeConsole(origin: string, values: readonly Value[], mode: PushMode): string {
  const rows = [
    ["URL（服务器地址）", `${origin}/wechat/message`],
    ["Token（令牌）", show(values, "WECHAT_TOKEN")],
    ["EncodingAESKey（消息加解密密钥）", show(values, "WECHAT_ENCODING_AES_KEY")],
    ["消息加解密方式", inBoth(MODES[mode])],
    ["数据格式", "XML（JSON 也可以）/ XML (JSON will do as well)"],
  ] as const;
  const width = Math.max(...rows.map(([label]) => columns(label)));
  const table = rows.map(([label, value]) => `    ${label}${" ".repeat(width - columns(label))}  ${value}`);
  return `  mp.weixin.qq.com → 开发 → 开发管理 → 消息推送配置（旧版 / older: 开发设置 → 消息推送）

${table.join("\n")}

  URL 照抄，不要加端口和参数。消息加解密方式默认是明文模式：不照上面选，推送会全部被拒绝。
  Copy the URL as it is, without port or parameters. The mode is 明文模式 (plaintext) by default: with another than the above every push is refused.
  按“提交”，微信马上来验证，并立即生效。再确认：客服权限没有授权给第三方平台，没有云函数或云托管接收这些消息，API IP 白名单没有开启。
  Press 提交: WeChat verifies at once, and it holds at once. Make sure that no third-party platform (第三方平台) has the customer-service
  permission, that no cloud function (云函数) or cloud hosting (云托管) takes these messages, and that API IP 白名单 is off.`;
}

function show(values: readonly Value[], name: Value["name"]): string {
  const value = values.find((candidate) => candidate.name === name);
  if (value?.origin === "made" && value.value !== undefined) return value.value;
  return inBoth(NOT_SHOWN[value?.origin === "brought" ? "brought" : "kept"]);
}

/** Chinese characters take two columns of a terminal. */
function columns(text: string): number {
  return Array.from(text, (character) => (/[\u2E80-\uFFEF]/u.test(character) ? 2 : 1)).reduce((a, b) => a + b, 0);
}
