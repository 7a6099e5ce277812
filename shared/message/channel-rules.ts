/**
 * What a channel allows to send: size limits, and the grant of each user action. One entry per channel; each limit has
 * its unit. Limits are defined in this file only.
 */
import type { TextUnit } from "../text/size.ts";
import type { Channel } from "./address.ts";

/** The four message types a mini program may send (WECHAT.md §4.1). */
export type OutboundType = "text" | "image" | "link" | "card";

/**
 * A permission to send a number of messages, granted by an action of the user. Grants are never added to one another.
 */
export interface GrantRule {
  /** How many messages may be sent. */
  readonly count: number;
  /** How long the grant is valid after the action, milliseconds. */
  readonly durationMs: number;
}

/** The grant that an action opens. Its count and duration are in `ChannelRules.grants`. */
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
  /** The message types that may be sent to a user. */
  readonly sends: readonly OutboundType[];
  /** The limit of one text message. Longer texts are split into at most `maxParts` parts. */
  readonly text: SizeLimit & { readonly maxParts: number };
  /** The maximum size of an uploaded picture, bytes. */
  readonly imageBytes: number;
  /** How long an uploaded picture stays usable, milliseconds. */
  readonly mediaLifetimeMs: number;
  /** The grants, by name. Messages open `message`, the only name that is used outside of channels. */
  readonly grants: Readonly<Record<string, GrantRule>> & { readonly message: GrantRule };
  /** The grant used by a greeting. */
  readonly greetingGrant: string;
  /**
   * How a conversation is handed over to the platform's own agents; null: not possible, and an answer that hands over
   * is skipped.
   */
  readonly handover: "acknowledgement" | null;
  /** Allowed targets of a link in a text: only pages of the account's own mini program, or any target. */
  readonly textLinks: "own" | "any";
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** The rules of each channel that can send messages. */
export const CHANNEL_RULES = {
  "mini-program": {
    sends: ["text", "image", "link", "card"],
    // WECHAT.md §4.3, §15.4: "2048", unit unpublished. UTF-8 bytes is the stricter interpretation, so it is safe under
    // both.
    text: { limit: 2048, unit: "bytes", maxParts: 5 },
    // WECHAT.md §5.2: the documentation contradicts itself (2 MB and 10 MB); the smaller value is used.
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
