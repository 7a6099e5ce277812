/**
 * The credential a token is issued for: the account object is named after it, and every channel account belongs to
 * exactly one (docs/design/0020-names.md, "Names of objects").
 */
import type { Channel, ChannelAccount } from "../../../shared/message/address.ts";

/**
 * A channel account whose id determines its credential. Excluded is WeCom, where several accounts of a corporation
 * share a credential that the account id does not contain.
 */
type NamedAccount = ChannelAccount & { readonly channel: Exclude<Channel, "wecom-kf"> };

/** Returns the credential of a channel account. */
export function credentialOf({ channel, account }: NamedAccount): string {
  switch (channel) {
    case "mini-program":
    case "official-account":
      return `wechat:${account}`;
    case "web-chat":
    case "phone":
      return `${channel}:${account}`;
  }
}

/** Returns the AppID in the credential of a WeChat account. */
export function appidOf(credential: string): string {
  return credential.slice(credential.indexOf(":") + 1);
}
