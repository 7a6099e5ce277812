/** One event of each type that a conversation stores, with a given text in each field that a user, an agent or a page fills. */
import type { InboundEvent } from "../../shared/message/inbound.ts";

/**
 * Creates the events.
 *
 * @param words the text in each field
 */
export function eachEvent(words: string, createdAt: number): readonly InboundEvent[] {
  const head = { createdAt, name: "n", raw: words, damaged: words };
  const message = { ...head, event: "message", id: "1" } as const;
  const action = { ...head, event: "action" } as const;
  const file = { mediaId: words, url: words, thumbMediaId: words, fileName: words };
  return [
    { ...message, type: "text", content: words },
    { ...message, type: "menu-choice", content: words, choice: words },
    { ...message, type: "image", ...file },
    { ...message, type: "voice", ...file },
    { ...message, type: "video", ...file },
    { ...message, type: "file", ...file },
    { ...message, type: "location", latitude: 1, longitude: 2, label: words },
    { ...message, type: "link", title: words, description: words, url: words },
    { ...message, type: "card", title: words, appId: words, pagePath: words },
    { ...message, type: "unknown" },
    { ...action, type: "enter", entryText: words, scene: words },
    { ...action, type: "follow", scene: words },
    { ...action, type: "scan", scene: words },
    { ...action, type: "menu", item: words },
    { ...action, type: "other" },
    { ...head, event: "control", type: "taken", agent: words, from: words },
    { ...head, event: "receipt", type: "failed", code: "1" },
    { ...head, event: "recall", type: "message", messageId: "1" },
    { ...head, event: "revocation", type: "part" },
  ];
}
