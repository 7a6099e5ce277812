/** The channel of an account, opened once for each isolate and configuration, its tools and its texts. */
import type { Channel, ChannelTexts } from "../channels/channel.ts";
import { openMiniProgram } from "../channels/mini-program/channel.ts";
import type { ChannelTools } from "../channels/tools.ts";
import type { CallDeps } from "../channels/wechat/api/call-api.ts";
import type { Config, WeChatAccountConfig } from "../config/config.ts";

/** By the configuration they were opened with. Per-isolate cache: may be evicted at any time. */
const channels = new WeakMap<WeChatAccountConfig, Channel>();

/** Opens it, or returns the one that is open. */
export function channelOf(accountConfig: WeChatAccountConfig, { pushMaxAgeMs }: Pick<Config, "pushMaxAgeMs">): Channel {
  const known = channels.get(accountConfig);
  if (known !== undefined) return known;
  const opened = openMiniProgram(accountConfig, pushMaxAgeMs);
  channels.set(accountConfig, opened);
  return opened;
}

/** Opens the tools of the account's channel: loaded with the first call, since no push needs them. */
export async function openTools(deps: CallDeps): Promise<ChannelTools> {
  const miniProgram = await import("../channels/mini-program/tools.ts");
  return miniProgram.openTools(deps);
}

/** Loads the channel's texts for people: neither a push nor a send needs them. */
export async function loadTexts(): Promise<ChannelTexts> {
  const { MINI_PROGRAM_TEXTS } = await import("../channels/mini-program/texts.ts");
  return MINI_PROGRAM_TEXTS;
}
