/**
 * Computes the keys that identify events. They are computed from the content, so they are the same for XML and for JSON
 * (docs/design/0001-one-log.md, docs/storage.md).
 */
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { hexDigest } from "../../platform/digest.ts";
import type { WireFields } from "./push/wire.ts";

const EVENT_HASH_DIGITS = 16;
/**
 * The maximum length of an event's name in a key, UTF-16 units; twice the length of WeChat's longest event name. The
 * hash covers the whole name.
 */
const MAX_EVENT_NAME = 64;

/**
 * Computes the key by which a repeated event is recognised.
 *
 * @param user the user whom the event is about
 * @param keyFields its content in addition to the parsed fields, under the platform's names; default: none
 * @returns for a message `m:` and the MsgId; for an event `e:`, its name, CreateTime in seconds and 16 hex digits of a
 *   hash of its content. Events have no id; two events within one second are distinguished by their content (WECHAT.md
 *   §1.6). Without CreateTime the second is 0 and only the content distinguishes them.
 */
export async function eventKey(event: InboundEvent, user: string, keyFields: WireFields = {}): Promise<string> {
  if (event.event === "message") return `m:${event.id}`;
  const name = event.name.slice(0, MAX_EVENT_NAME).toWellFormed();
  const { raw: _asFields, ...said } = event;
  const hash = await hexDigest("SHA-256", canonicalText({ ...said, user, fields: keyFields }));
  return `e:${name}:${event.createdAt / 1_000}:${hash.slice(0, EVENT_HASH_DIGITS)}`;
}

/**
 * Converts a value to text, the same for XML and JSON: names are sorted; empty values are omitted (XML writes no empty
 * list, JSON may); a list of one item is written as that item (XML does not distinguish them); line ends as in XML.
 */
function canonicalText(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(canonicalText).filter((item) => item !== "");
    return items.length > 1 ? `[${items.join(",")}]` : (items[0] ?? "");
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .map(([name, member]) => [JSON.stringify(name), canonicalText(member)] as const)
      .filter(([, member]) => member !== "")
      .map(([name, member]) => `${name}:${member}`);
    return members.length === 0 ? "" : `{${members.sort().join(",")}}`;
  }
  return value === "" ? "" : JSON.stringify(String(value).replace(/\r\n?/g, "\n"));
}
