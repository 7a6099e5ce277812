/**
 * Classifies an event of a mini program by WeChat's rules: which grant it opens (WECHAT.md §4.4). Pure. Called once,
 * before the event is stored: the rules may change, stored events do not.
 */
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import type { Classification } from "../channel.ts";

/** Returns the grant that an event opens; `{}` when it opens none. */
export function classify(inbound: InboundEvent): Classification {
  // A voice message also opens the grant, although it is not parsed.
  if (inbound.event === "message") return { grant: { name: "message" } };
  return inbound.event === "action" && inbound.type === "enter" ? { grant: { name: "enter" } } : {};
}
