/** The hash by which KV recognises an event for longer than its conversation's memory does (docs/storage.md). */
import { formatAddress, type Address } from "../../shared/message/address.ts";
import { hexDigest } from "../platform/digest.ts";

/**
 * The KV key of a push: SHA-256 over address and dedupe key, as a MsgId is unique for one user only.
 *
 * @param key of the event, as the channel makes it
 * @returns 64 hex digits
 */
export function hashEventKey(address: Address, key: string): Promise<string> {
  return hexDigest("SHA-256", `${formatAddress(address)}:${key}`);
}
