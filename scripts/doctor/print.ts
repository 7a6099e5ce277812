/**
 * Formats the report as text or JSON, with every given secret masked, because the server at a wrong URL may return what
 * was sent to it.
 */
import type { Report } from "./examine.ts";
import { inBoth, type Finding, type FindingState } from "./finding.ts";
import type { Target } from "./target.ts";

const MARKS = { ok: "✓", failed: "✗", warning: "!", skipped: "-" } as const satisfies Record<FindingState, string>;

/** Points that cannot be checked from outside the worker; printed when the worker runs and is configured. */
const UNSEEN = `无法从外部检查的项目 / what cannot be checked from outside (WECHAT.md §1.7):
  后台是否启用了消息推送；消息加解密方式默认是明文，须与服务一致；客服权限是否授权给了第三方平台、是否配置了云函数或云托管接收消息：这时推送会发往那里，且没有任何提示。Cloudflare 可能放行本机而拦截微信（Bot Fight Mode、按地区拦截）：查看 Security → Events。
  whether message push is enabled in the console; its 消息加解密方式 is plaintext by default and must match the worker's; a third-party platform with the
  customer-service permission, a cloud function or cloud hosting receives the pushes instead, without a notice. Cloudflare may accept this machine and block WeChat (Bot
  Fight Mode, a rule by country): see Security → Events.`;

/** Formats the report as text. */
export function toText(report: Report, target: Target): string {
  const lines = [`edge-kefu doctor: ${report.url}`, "", ...report.findings.flatMap(findingLines), ""];
  if (report.unconfirmed.length > 0) {
    lines.push("文档未说明之处 / points the documents leave open (WECHAT.md §15):");
    for (const { number, what, settled } of report.unconfirmed) {
      const state = settled === undefined ? "未定 / open" : `✓ ${inBoth(settled)}`;
      lines.push(`  ${String(number).padStart(2)}. ${inBoth(what)}: ${state}`);
    }
    lines.push("", UNSEEN, "");
  }
  lines.push(summaryOf(report.findings));
  return redact(lines.join("\n"), target);
}

/** Formats the report as JSON. */
export function toJson(report: Report, target: Target): string {
  return redact(JSON.stringify(report, null, 2), target);
}

function summaryOf(findings: readonly Finding[]): string {
  const count = (wanted: FindingState) => findings.filter(({ state }) => state === wanted).length;
  const [faults, skips] = [count("failed"), count("skipped")];
  const unchecked = skips === 0 ? "" : `; ${skips} 项未检查 / not checked`;
  return `${faults === 0 ? "没有发现故障 / no fault found" : `${faults} 处故障 / faults found`}${unchecked}`;
}

function findingLines({ state, what, fact = "", wrong, cure }: Finding): readonly string[] {
  return [
    `  ${MARKS[state]} ${inBoth(what)}${fact === "" ? "" : `  (${fact})`}`,
    ...(wrong === undefined ? [] : [`      ${inBoth(wrong)}`]),
    ...(cure === undefined ? [] : [`      → ${inBoth(cure)}`]),
  ];
}

function redact(text: string, { token, aesKey, apiKey }: Target): string {
  const secrets = [token, aesKey, apiKey].flatMap((secret) => (secret === undefined ? [] : [secret]));
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
