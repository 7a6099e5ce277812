/**
 * The account of a channel, the first two parts of the address of a conversation (docs/design/0020-names.md).
 */

/** The kinds of service a user writes through. A closed list: an object's name begins with one of them. */
export const CHANNELS = ["mini-program", "official-account", "wecom-kf", "web-chat", "phone"] as const;

/** A kind of service a user writes through. */
export type Channel = (typeof CHANNELS)[number];

/** One account of a channel that users write to. */
export interface ChannelAccount {
  readonly channel: Channel;
  /** The channel's id of it, without a colon: the AppID of a mini program. */
  readonly account: string;
}

/** No colon: the written form is split at the first two. */
const ACCOUNT_ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** A mini program as an account. */
export function miniProgramAccount(appid: string): ChannelAccount {
  return { channel: "mini-program", account: appid };
}

/** The written form of an account: `channel:account`. */
export function formatAccount({ channel, account }: ChannelAccount): string {
  return `${channel}:${account}`;
}

/** Reads what `formatAccount` writes; undefined when it cannot have written it. */
export function parseAccount(text: string): ChannelAccount | undefined {
  const end = text.indexOf(":");
  const channel = CHANNELS.find((known) => known === text.slice(0, end));
  const account = text.slice(end + 1);
  return channel !== undefined && ACCOUNT_ID.test(account) ? { channel, account } : undefined;
}
