/**
 * The hash that identifies an event in KV, for longer than its conversation keeps the key in memory (docs/storage.md).
 */
import { formatAddress, type Address } from "../../shared/message/address.ts";
import { hexDigest } from "../platform/digest.ts";

/**
 * Returns the KV key of an event: SHA-256 over address and dedupe key, because a MsgId is unique only per user.
 *
 * @param key the event's key, as computed by the channel
 * @returns 64 hex digits
 */
export function hashEventKey(address: Address, key: string): Promise<string> {
  return hexDigest("SHA-256", `${formatAddress(address)}:${key}`);
}
