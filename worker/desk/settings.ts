/** The settings of the desk. They are constants, the same for every deployment. */
import type { SaidText } from "./core/command.ts";
import type { DeskSettings } from "./core/state.ts";

/** Sessions are assigned immediately, and idle sessions are not closed. */
export const DESK_SETTINGS: DeskSettings = {
  offerMs: 0,
  maxMissedOffers: 2,
  idleWarningMs: null,
  idleCloseMs: null,
};

/** The texts that the desk sends to users. */
export const SAID_TEXTS: Readonly<Record<SaidText, string>> = {
  away: "客服暂时不在线，您的消息已收到，客服上线后会尽快回复。",
  idle: "您好，请问还需要帮助吗？如果没有其他问题，本次会话稍后将结束。",
};
