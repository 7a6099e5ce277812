/** The rules of a channel account, which are those of its channel. They are found without opening the channel. */
import type { ChannelAccount } from "../../shared/message/address.ts";
import { CHANNEL_RULES, type ChannelRules } from "../../shared/message/channel-rules.ts";
import { findConfigOf, type Config, type WeChatAccountConfig } from "./config.ts";

/** Returns the rules of a configured account. */
export function rulesOf({ channel }: WeChatAccountConfig): ChannelRules {
  switch (channel) {
    case "mini-program":
      return CHANNEL_RULES[channel];
  }
}

/**
 * Returns the rules of a conversation's account, also when the account is not in the configuration.
 *
 * @throws Error for a channel without rules
 */
export function rulesOfConversation(config: Config, account: ChannelAccount): ChannelRules {
  const app = findConfigOf(config, account);
  const rules = app === undefined ? ownRules(account) : rulesOf(app);
  if (rules === undefined) throw new Error(`channel ${account.channel} has no rules: add them to CHANNEL_RULES`);
  return rules;
}

function ownRules({ channel }: ChannelAccount): ChannelRules | undefined {
  const table: Readonly<Partial<Record<ChannelAccount["channel"], ChannelRules>>> = CHANNEL_RULES;
  return table[channel];
}
