/**
 * What a channel allows us to send, the size limits, and the grant of each user action. One entry per channel; each
 * limit has its unit, so that a limit changes in this file only.
 */
import type { TextUnit } from "../text/size.ts";
import type { Channel } from "./address.ts";

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
  /** The types a user can be sent. */
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
  /** How a conversation reaches the platform's own agents; null: not at all, and an answer that hands over is skipped. */
  readonly handover: "acknowledgement" | null;
  /** Where a link in a text may lead: to the account's own mini program alone, or anywhere. */
  readonly textLinks: "own" | "any";
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** The rules of each channel that can send. */
export const CHANNEL_RULES = {
  "mini-program": {
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
    // WECHAT.md §1.8.
    handover: "acknowledgement",
    // WECHAT.md §4.2.
    textLinks: "own",
  },
} as const satisfies Readonly<Partial<Record<Channel, ChannelRules>>>;
