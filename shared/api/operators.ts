/**
 * The networks WeChat can look at a push URL from (WECHAT.md §6.4).
 */

/** China Telecom, China Unicom, Tencent's own network. */
export const OPERATORS = ["CHINANET", "UNICOM", "CAP"] as const;
/** One of them. */
export type Operator = (typeof OPERATORS)[number];
