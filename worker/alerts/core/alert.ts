/**
 * The text of an alert: counts, times and the address of the desk, in Chinese or English. Never a name, an openid or
 * the text of a message (docs/design/0027-alerts.md). Pure.
 */
import type { Language } from "./robot.ts";

/**
 * Why the team is alerted. `no_agent`: a user waits, and no agent who may take the session is present. `long_wait`:
 * agents are present, and a user has waited for longer than the limit.
 */
export type AlertCause = "no_agent" | "long_wait";

/** Users who wait for an answer. */
export interface WaitingUsers {
  readonly count: number;
  /** The start of the longest wait, epoch ms; null when no user waits. */
  readonly since: number | null;
}

/** No user waits. */
export const NO_USERS: WaitingUsers = { count: 0, since: null };

/** The desk's queue: each waiting user is in one of the groups. */
export interface QueueView {
  /** Users for whom no agent is present. */
  readonly unattended: WaitingUsers;
  /** Users for whom an agent is present. */
  readonly attended: WaitingUsers;
}

/** One message to a robot. */
export type Alert =
  | {
      readonly type: "waiting";
      readonly causes: readonly { readonly cause: AlertCause; readonly count: number; readonly waitedMs: number }[];
    }
  /** No cause is left: no user waits too long or without an agent. */
  | { readonly type: "ended" }
  /** The operator tests a robot. */
  | { readonly type: "test"; readonly robot: string };

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

/** The texts in one language. */
interface Words {
  /** The beginning of each message; it contains the keyword that some robots require. */
  readonly prefix: string;
  readonly causes: Readonly<Record<AlertCause, (count: number, wait: string) => string>>;
  readonly ended: string;
  readonly test: (robot: string) => string;
  readonly link: (url: string) => string;
  readonly wait: (hours: number, minutes: number) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  zh: {
    prefix: "【客服】",
    causes: {
      no_agent: (count, wait) => `${count} 位用户在等待，没有客服在线。最长等待：${wait}。`,
      long_wait: (count, wait) => `${count} 位用户在等待回复。最长等待：${wait}。`,
    },
    ended: "提醒解除：目前没有久等或无人接待的用户。",
    test: (robot) => `测试消息：机器人 ${robot} 已接通。有用户久等或无人接待时，会在这里提醒。`,
    link: (url) => `打开工作台：${url}`,
    wait(hours, minutes) {
      if (hours > 0) return `${hours} 小时 ${minutes} 分钟`;
      return minutes > 0 ? `${minutes} 分钟` : "不到 1 分钟";
    },
  },
  en: {
    prefix: "[Support desk] ",
    causes: {
      no_agent: (count, wait) => `${users(count)} waiting and no agent is online; the longest wait is ${wait}.`,
      long_wait: (count, wait) => `${users(count)} waiting for an answer; the longest wait is ${wait}.`,
    },
    ended: "All clear: no user is waiting too long or without an agent.",
    test: (robot) =>
      `Test message: the robot ${robot} is connected. Alerts appear here when a user waits too long or no agent is online.`,
    link: (url) => `Open the desk: ${url}`,
    wait(hours, minutes) {
      if (hours > 0) return `${hours} h ${minutes} min`;
      return minutes > 0 ? `${minutes} min` : "less than a minute";
    },
  },
};

/**
 * Writes the text of an alert. That of `ended` has no link.
 *
 * @param deskUrl the address of the desk; undefined: no text has a link
 */
export function writeAlert(alert: Alert, language: Language, deskUrl: string | undefined): string {
  const words = WORDS[language];
  const link = deskUrl === undefined ? [] : [words.link(deskUrl)];
  switch (alert.type) {
    case "waiting": {
      const [first = "", ...more] = alert.causes.map(({ cause, count, waitedMs }) =>
        words.causes[cause](count, writeWait(waitedMs, words)),
      );
      return [`${words.prefix}${first}`, ...more, ...link].join("\n");
    }
    case "ended":
      return `${words.prefix}${words.ended}`;
    case "test":
      return [`${words.prefix}${words.test(alert.robot)}`, ...link].join("\n");
  }
}

function writeWait(waitedMs: number, { wait }: Words): string {
  const minutes = Math.max(0, Math.floor(waitedMs / MINUTE_MS));
  return wait(Math.floor(minutes / HOUR_MINUTES), minutes % HOUR_MINUTES);
}

function users(count: number): string {
  return count === 1 ? "1 user is" : `${count} users are`;
}
