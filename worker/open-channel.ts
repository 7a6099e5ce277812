/**
 * Opens the channel of an account and creates its sending, tools and texts. Part of the composition root, the only place
 * that names a channel: `createKefu` passes it to the routes and the objects.
 */
import type { Channel } from "./channels/channel.ts";
import { openMiniProgram } from "./channels/mini-program/channel.ts";
import { createDeliver } from "./channels/mini-program/deliver.ts";
import { rulesOf } from "./config/account-rules.ts";
import type { WeChatAccountConfig } from "./config/config.ts";
import type { Channels } from "./inbox/services.ts";

/** The open channels, by their account's configuration. Per-isolate cache: may be evicted at any time. */
const opened = new WeakMap<WeChatAccountConfig, Channel>();

/** The channels of this product. */
export const CHANNELS: Channels = {
  open(app, { pushMaxAgeMs }) {
    const known = opened.get(app);
    if (known !== undefined) return known;
    const channel = openMiniProgram(app, pushMaxAgeMs);
    opened.set(app, channel);
    return channel;
  },
  createDeliver,
  async openTools(app, deps) {
    switch (app.channel) {
      case "mini-program": {
        const miniProgram = await import("./channels/mini-program/tools.ts");
        return miniProgram.openTools(rulesOf(app), deps);
      }
    }
  },
  async texts() {
    const { MINI_PROGRAM_TEXTS } = await import("./channels/mini-program/texts.ts");
    return MINI_PROGRAM_TEXTS;
  },
};
