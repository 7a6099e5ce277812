/** Errors that only the app's developer can fix: printed on the console with the fix; the user gets a neutral text. */

/** The subject of a hint. */
export type HintTopic = keyof typeof HINTS;

const HINTS = {
  not_bound:
    "在小程序后台“功能 → 客服 → 微信客服”绑定此 corp-id 的企业（同一主体） / bind the company of this corp-id (same legal entity) in the console: 功能 → 客服 → 微信客服",
  no_tap: "在 bind:tap 里、await 之前调用 openServiceChat / call openServiceChat in bind:tap, before any await",
  no_address: "缺少 corp-id 或 url / corp-id or url is missing",
  card_path: "须为字符串：使用 buildCardPath 返回的 value / must be a string: use the value that buildCardPath returns",
  unknown_name: "未知的名称，请检查拼写 / unknown name: check the spelling",
} as const;

/**
 * Prints a warning on the console.
 *
 * @param found the wrong value, printed with it
 */
export function warnDeveloper(topic: HintTopic, ...found: readonly unknown[]): void {
  console.warn(`[edge-kefu] ${topic}: ${HINTS[topic]}`, ...found);
}
