/** The robots that alerts are sent to: group robots of WeCom, 钉钉, 飞书 and Slack. Pure. */
import type { ALERT_LANGUAGES, ROBOT_VENDORS } from "../../../shared/api/alerts.ts";

/** A vendor of robots. */
export type Vendor = (typeof ROBOT_VENDORS)[number];

/** A language of alerts. */
export type Language = (typeof ALERT_LANGUAGES)[number];

/** One robot. URL and secret are secrets: neither may appear in a log, an answer or an error. */
export interface Robot {
  /** The team's name for it: 1 to 32 letters, digits, hyphens or underscores. */
  readonly name: string;
  readonly vendor: Vendor;
  /** The URL of the webhook, which contains the robot's key. */
  readonly url: string;
  /** The secret with which 钉钉 and 飞书 verify messages; absent: messages are not signed. */
  readonly secret?: string;
  readonly language: Language;
}
