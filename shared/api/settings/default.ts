/**
 * The settings of a team that has stored none: no greeting, no rules, no opening hours; every message is handed over to
 * WeChat's own agents (mpkf.weixin.qq.com), as without this worker.
 */
import type { Settings } from "./settings.ts";

/** Used until the team stores its first settings. */
export const DEFAULT_SETTINGS: Settings = {
  timeZone: "Asia/Shanghai",
  holidays: [],
  specialDays: [],
  rules: [],
  fallback: { type: "handover" },
  muteAfterApiMinutes: 0,
  webhooks: [],
};
