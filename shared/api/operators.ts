/**
 * The networks from which WeChat can test a push URL (WECHAT.md §6.4).
 */

/** China Telecom, China Unicom, Tencent's own network. */
export const OPERATORS = ["CHINANET", "UNICOM", "CAP"] as const;
/** A network operator. */
export type Operator = (typeof OPERATORS)[number];
