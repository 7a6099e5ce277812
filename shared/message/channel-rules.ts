/**
 * What a channel allows us to send, the size limits, and the grant of each user action. One entry per channel; each
 * limit has its unit, so that a limit changes in this file only.
 */
import type { TextUnit } from "../text/size.ts";

/** The four message types a mini program may send (WECHAT.md §4.1). */
export type OutboundType = "text" | "image" | "link" | "card";

/** A permission to send that an action of the user opens. Grants are never added to one another. */
export interface GrantRule {
  /** How many messages it allows. */
  readonly count: number;
  /** For how long after the action, milliseconds. */
  readonly durationMs: number;
}

/** A grant that is opened. Its count and duration are in `ChannelRules.grants`. */
export interface GrantOpening {
  readonly name: string;
}

/** A size limit with its unit. */
export interface SizeLimit {
  readonly limit: number;
  readonly unit: TextUnit;
}

/** A channel's rules. */
export interface ChannelRules {
  readonly sends: readonly OutboundType[];
  /** One text message. Longer texts are split into parts, at most `maxParts` of them. */
  readonly text: SizeLimit & { readonly maxParts: number };
  /** An uploaded picture, bytes. */
  readonly imageBytes: number;
  /** How long an uploaded picture stays usable, milliseconds. */
  readonly mediaLifetimeMs: number;
  /** The reply window, by the name of the grant. Messages open `message`, the only name used outside the channel. */
  readonly grants: Readonly<Record<string, GrantRule>> & { readonly message: GrantRule };
  /** The grant that a greeting uses. */
  readonly greetingGrant: string;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** The supported channels, by name. */
const CHANNELS = {
  "wechat-miniprogram": {
    sends: ["text", "image", "link", "card"],
    // WECHAT.md §4.3, §15.4: "2048", unit unpublished. UTF-8 bytes is the smaller reading, so it is safe under both.
    text: { limit: 2048, unit: "bytes", maxParts: 5 },
    // WECHAT.md §5.2: the page contradicts itself (2 MB and 10 MB); the smaller value is used.
    imageBytes: 2 * 1024 * 1024,
    mediaLifetimeMs: 72 * HOUR,
    // WECHAT.md §4.4.
    grants: {
      message: { count: 5, durationMs: 48 * HOUR },
      enter: { count: 2, durationMs: 60 * SECOND },
    },
    greetingGrant: "enter",
  },
} as const satisfies Record<string, ChannelRules>;

/** The rules of mini-program customer service, the only channel so far. */
export const MINI_PROGRAM_RULES: ChannelRules = CHANNELS["wechat-miniprogram"];
