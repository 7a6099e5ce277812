/**
 * The report as text or JSON, Chinese first, with every secret masked: a server may send any content back. Also the
 * list of cases for the README.
 */
import type { Case, Level, Words } from "./case.ts";
import type { Finding, Report } from "./suite.ts";

const GROUPS: readonly (readonly [prefix: string, title: Words])[] = [
  ["verify", { zh: "网址验证", en: "URL verification" }],
  ["push", { zh: "真实推送", en: "genuine pushes" }],
  ["ids", { zh: "64 位 MsgId", en: "64-bit MsgIds" }],
  ["repeats", { zh: "重复与并发", en: "repeats and crowds" }],
  ["handover", { zh: "转客服", en: "hand-over" }],
  ["hostile", { zh: "恶意与残缺", en: "hostile and broken" }],
  ["http", { zh: "HTTP", en: "HTTP" }],
  ["open", { zh: "仅供参考", en: "for information" }],
];

const MARKS = { ok: "✓", failed: "✗", unseen: "-", inapplicable: " ", note: "i" } as const satisfies Record<
  Finding["state"],
  string
>;
const LEVEL_WIDTH = 6;
const ID_WIDTH = 28;

/** Returns the report as text in both languages. */
export function toText(report: Report, secrets: readonly string[]): string {
  const lines = GROUPS.flatMap(([prefix, title]) => {
    const findings = report.findings.filter(({ id, state }) => groupOf(id) === prefix && state !== "inapplicable");
    return findings.length === 0 ? [] : ["", both(title), ...findings.flatMap(findingLines)];
  });
  return blot([...lines, "", ...summaryLines(report)].join("\n"), secrets);
}

/** Returns the report as JSON. */
export function toJson(report: Report, secrets: readonly string[]): string {
  return blot(JSON.stringify(report, null, 2), secrets);
}

/** Returns the cases as Markdown lists under the titles of their groups, in one language. */
export function toCatalogue(cases: readonly Case[], language: keyof Words): string {
  const [meansWord, colon, stop] = language === "zh" ? ["不通过意味着", "：", "。"] : ["A failure means", ": ", ". "];
  const line = ({ id, level, what, means, source }: Case): string => {
    const consequence = level === "INFO" ? means[language] : `${meansWord}${colon}${means[language]}`;
    return `- \`${id}\` ${level} (${source}) ${what[language]}${stop}${consequence}${stop.trim()}`;
  };
  return GROUPS.map(([prefix, title]) => {
    const lines = cases.filter(({ id }) => groupOf(id) === prefix).map(line);
    return `#### ${title[language]}\n\n${lines.join("\n")}`;
  }).join("\n\n");
}

function groupOf(id: string): string {
  return id.slice(0, id.indexOf("."));
}

function findingLines({ id, level, state, what, fact, means, cure, source }: Finding): readonly string[] {
  const head = `  ${MARKS[state]} ${level.padEnd(LEVEL_WIDTH)} ${id.padEnd(ID_WIDTH)} ${both(what)}`;
  if (state !== "failed") return [fact === undefined ? head : `${head}  (${both(fact)})`];
  const detail = (language: keyof Words, labels: readonly string[]): readonly string[] =>
    [fact, means, cure].map((words, index) => `      ${labels[index]}${words?.[language]}`);
  return [
    head,
    ...detail("zh", ["看到：", "后果：", "办法："]),
    ...detail("en", ["seen:  ", "means: ", "cure:  "]),
    `      WECHAT.md ${source}`,
  ];
}

function summaryLines(report: Report): readonly string[] {
  const count = (state: Finding["state"], level?: Level): number =>
    report.findings.filter((finding) => finding.state === state && (level === undefined || finding.level === level))
      .length;
  const isPushWrong = report.findings.some(
    ({ id, level, state }) => level === "MUST" && state === "failed" && groupOf(id) === "push",
  );
  const [must, should, unseen] = [count("failed", "MUST"), count("failed", "SHOULD"), count("unseen")];
  return [
    `${report.ok ? "✓ 符合 / conforms" : "✗ 不符合 / does not conform"}: ${report.mode}, ${report.formats.join(" + ").toUpperCase() || "–"}`,
    `  通过 / passed ${count("ok")} · MUST 不通过 / failed ${must} · SHOULD 不通过 / failed ${should} · 看不到 / unseen ${unseen} · ${report.mode} 模式不适用 / inapplicable ${count("inapplicable")} · 请求 / requests ${report.requests}`,
    ...(isPushWrong
      ? [
          "  先修好 push.*：其余用例以真实推送能被接收为前提 / fix push.* first: the other cases need genuine pushes to be accepted",
        ]
      : []),
  ];
}

function both({ zh, en }: Words): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

function blot(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
