/**
 * The names under which things are remembered: a push by what it says, the same whether it came as XML or as JSON
 * (docs/design/0001-one-log.md, docs/storage.md).
 */
import { wireNameOf, type Inbound } from "../../../shared/message/inbound.ts";
import { hexDigest } from "../../platform/digest.ts";

const EVENT_HASH_DIGITS = 16;
/** WeChat's longest event name has half of it. The hash covers the whole name. */
const MAX_EVENT_NAME = 64;

/**
 * The key under which a conversation knows a push it has seen.
 *
 * @returns `m:` and the MsgId, or `e:`, the event, CreateTime in seconds and 16 hex digits over all it says. Events
 *   have no id; two of one second are told apart by their content (WECHAT.md §1.6). Without CreateTime the second is 0
 *   and the content alone decides.
 */
export async function dedupeKey(inbound: Inbound): Promise<string> {
  if ("msgId" in inbound && inbound.msgId !== undefined) return `m:${inbound.msgId}`;
  const name = wireNameOf(inbound).slice(0, MAX_EVENT_NAME).toWellFormed();
  const hash = await hexDigest("SHA-256", canonicalText(inbound));
  return `e:${name}:${inbound.createdAt / 1_000}:${hash.slice(0, EVENT_HASH_DIGITS)}`;
}

/**
 * A value as text, the same for XML and JSON: names sorted, what is empty left out (XML writes no empty list, JSON
 * may), a list of one as its item (XML cannot tell them apart), line ends as XML's.
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
