/**
 * What a token is issued for: the account object is named by it, and every channel account belongs to exactly one
 * (docs/design/0020-names.md, "Names of objects").
 */
import type { Channel, ChannelAccount } from "../../../shared/message/address.ts";

/** A channel account that names its credential: several accounts of a WeCom corporation share one, which its id does not name. */
type NamedAccount = ChannelAccount & { readonly channel: Exclude<Channel, "wecom-kf"> };

/** The credential of a channel account. */
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

/** The AppID in the credential of an account of WeChat. */
export function appidOf(credential: string): string {
  return credential.slice(credential.indexOf(":") + 1);
}
