/**
 * Reads the optional list of accepted messages from a URL of the server. The contract is small so that any server can
 * implement it: a GET is answered with 200 and a text that contains the MsgId of each of the user's messages, in
 * digits, as often as the message was handled; with 404 or an empty text when there is none.
 */
import { exchange } from "./http.ts";

/** Reads the list of one user. Returns undefined when it cannot be read. */
export type TakenList = (openid: string) => Promise<string | undefined>;

/**
 * Creates the reader of the list.
 *
 * @param url contains `{openid}` in place of the user
 * @param authorization the header of that name, when the URL wants one
 */
export function createTakenList(url: string, authorization: string | undefined, timeoutMs: number): TakenList {
  const headers = authorization === undefined ? {} : { authorization };
  return async (openid) => {
    const asked = { method: "GET", url: url.replaceAll("{openid}", encodeURIComponent(openid)), headers };
    const reply = await exchange(asked, timeoutMs);
    if (reply.kind !== "answer") return undefined;
    if (reply.status === 404) return "";
    return reply.status === 200 ? reply.text : undefined;
  };
}

/** Counts how often a MsgId is in a list; digits that are part of a longer number do not count. */
export function countTaken(list: string, msgId: string): number {
  return [...list.matchAll(/\d+/g)].filter(([digits]) => digits === msgId).length;
}
