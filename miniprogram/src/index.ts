/** The exports of `edge-kefu-miniprogram`; the components are used in WXML. */

// Encoding and decoding of page contexts and card paths.
export { buildCardPath, decodeSessionFrom, encodeSessionFrom, parseCardPath } from "./helpers/codecs.ts";
export type { CardPathError, Result, SessionFromError } from "./helpers/codecs.ts";
export { createKefu, type Kefu } from "./helpers/kefu.ts";

// Opening a chat, and whether this client can open one.
export { openServiceChat, type ServiceChatOptions } from "./helpers/service-chat.ts";
export type { OpenChatError, OpenChatReason } from "./helpers/chat-failure.ts";
export { addLimit, liftLimit, supports, whyUnsupported } from "./helpers/client.ts";
export type { Capability, Doubt, Limit, Platform } from "./helpers/support.ts";

// For your own buttons, and the return from a card.
export { contactBehavior } from "./helpers/contact-behavior.ts";
export { followCard, readContactDetail } from "./helpers/card-return.ts";
export type { Arrival, ContactDetail, NavigateError } from "./helpers/card-return.ts";
export type { CardOptions } from "./helpers/card.ts";
export type { FabItem } from "./kefu-fab/menu.ts";
export type { Place } from "./kefu-fab/place.ts";
