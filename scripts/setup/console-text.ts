/**
 * The fields of the WeChat console and their values (WECHAT.md §1.1). Of the secrets only generated values are shown.
 */
import type { PushMode } from "../../emulator/push-model.ts";
import { inBoth, say } from "../doctor/finding.ts";
import type { Value } from "./values.ts";

const NOT_SHOWN = {
  brought: say("您提供的值（不显示）", "the value you provided (not shown)"),
  kept: say("原有的值（不显示）", "the existing value (not shown)"),
};

const MODES = {
  secure: say("安全模式", "the secure mode"),
  compatible: say("兼容模式", "the compatible mode"),
  plain: say("明文模式", "the plaintext mode"),
} as const satisfies Record<PushMode, unknown>;

/** Describes the fields, with their position in the console and the points to check. */
export function describeConsole(origin: string, values: readonly Value[], mode: PushMode): string {
  const rows = [
    ["URL（服务器地址）", `${origin}/wechat/message`],
    ["Token（令牌）", show(values, "WECHAT_TOKEN")],
    ["EncodingAESKey（消息加解密密钥）", show(values, "WECHAT_ENCODING_AES_KEY")],
    ["消息加解密方式", inBoth(MODES[mode])],
    ["数据格式", "XML（JSON 也可以）/ XML (JSON also works)"],
  ] as const;
  const width = Math.max(...rows.map(([label]) => columns(label)));
  const table = rows.map(([label, value]) => `    ${label}${" ".repeat(width - columns(label))}  ${value}`);
  return `  mp.weixin.qq.com → 开发 → 开发管理 → 消息推送配置（旧版 / older: 开发设置 → 消息推送）

${table.join("\n")}

  URL 原样填写，不要加端口和参数。消息加解密方式默认是明文模式：如果与上面不同，推送会全部被拒绝。
  Enter the URL unchanged, without port or parameters. The mode is 明文模式 (plaintext) by default: if it differs from the above, every push is rejected.
  按“提交”后，微信立即验证并生效。请再确认：客服权限没有授权给第三方平台，没有云函数或云托管接收这些消息，API IP 白名单没有开启。
  Press 提交: WeChat verifies the URL, and the settings take effect at once. Make sure that no third-party platform (第三方平台) has the customer-service
  permission, that no cloud function (云函数) or cloud hosting (云托管) receives these messages, and that API IP 白名单 is off.`;
}

function show(values: readonly Value[], name: Value["name"]): string {
  const value = values.find((candidate) => candidate.name === name);
  if (value?.origin === "made" && value.value !== undefined) return value.value;
  return inBoth(NOT_SHOWN[value?.origin === "brought" ? "brought" : "kept"]);
}

/** Returns the width of a text in terminal columns; a Chinese character takes two. */
function columns(text: string): number {
  return Array.from(text, (character) => (/[\u2E80-\uFFEF]/u.test(character) ? 2 : 1)).reduce((a, b) => a + b, 0);
}
