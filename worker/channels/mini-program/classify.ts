/**
 * WeChat's terms for an event of a mini program: which grant it opens (WECHAT.md §4.4). Pure. Asked once, before the event
 * is stored: terms may change, what was stored does not.
 */
import type { Inbound } from "../../../shared/message/inbound.ts";
import type { Classification } from "../channel.ts";

/** Classifies an event. */
export function classify(inbound: Inbound): Classification {
  // A voice is a message too, although it is not read.
  if (inbound.event === "message") return { grant: { name: "message" } };
  return inbound.event === "action" && inbound.type === "enter" ? { grant: { name: "enter" } } : {};
}
