/**
 * The address of a conversation: channel, account and user. Its written form `channel:account:user` is the name of the
 * conversation's object, so the format never changes (docs/design/0020-names.md).
 */
import { USER_ID } from "./user-id.ts";

/** The kinds of service a user writes through. A closed list: an object's name begins with one of them. */
export const CHANNELS = ["mini-program", "official-account", "wecom-kf", "web-chat", "phone"] as const;

/** A kind of service a user writes through. */
export type Channel = (typeof CHANNELS)[number];

/** One account of a channel that users write to. */
export interface ChannelAccount {
  readonly channel: Channel;
  /** The channel's id of the account, without a colon: the AppID of a mini program. */
  readonly account: string;
}

/** Names one conversation. */
export interface Address extends ChannelAccount {
  /** The channel's id of the user, verbatim: the openid in a mini program. */
  readonly user: string;
}

/** Contains no colon, because the written form is split at the first two. */
const ACCOUNT_ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** Returns the account of a mini program. */
export function miniProgramAccount(appid: string) {
  return { channel: "mini-program", account: appid } as const satisfies ChannelAccount;
}

/** Returns the address of a user of a mini program. */
export function miniProgramAddress(appid: string, openid: string): Address {
  return { ...miniProgramAccount(appid), user: openid };
}

/** Returns the account of an address, without its user. */
export function accountOf({ channel, account }: ChannelAccount): ChannelAccount {
  return { channel, account };
}

/** Returns whether two addresses belong to the same account. */
export function isSameAccount(one: ChannelAccount, other: ChannelAccount): boolean {
  return one.channel === other.channel && one.account === other.account;
}

/** Writes an account as `channel:account`. */
export function formatAccount({ channel, account }: ChannelAccount): string {
  return `${channel}:${account}`;
}

/** Parses the output of `formatAccount`; undefined for any other text. */
export function parseAccount(text: string): ChannelAccount | undefined {
  const end = text.indexOf(":");
  if (end === -1) return undefined;
  const channel = CHANNELS.find((known) => known === text.slice(0, end));
  const account = text.slice(end + 1);
  return channel !== undefined && ACCOUNT_ID.test(account) ? { channel, account } : undefined;
}

/** Writes an address as `channel:account:user`. */
export function formatAddress(address: Address): string {
  return `${formatAccount(address)}:${address.user}`;
}

/** Parses the output of `formatAddress`; undefined for any other text. The user may contain colons. */
export function parseAddress(text: string): Address | undefined {
  const end = text.indexOf(":", text.indexOf(":") + 1);
  const account = end === -1 ? undefined : parseAccount(text.slice(0, end));
  const user = text.slice(end + 1);
  return account !== undefined && USER_ID.test(user) ? { ...account, user } : undefined;
}
