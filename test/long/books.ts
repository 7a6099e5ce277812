/**
 * Reads the records of both sides: the emulator's from its memory, the worker's log through the REST API, as every
 * client does.
 */
import type { KefuClient, Row } from "../../client/index.ts";
import type { CallRecord } from "../../emulator/model.ts";
import type { Person } from "./cast.ts";
import type { Emulated } from "./emulated.ts";
import type { PersonBooks, PushBook } from "./judge.ts";
import type { KefuHost } from "./kefu-host.ts";
import { isQuotaUsed, isSend } from "./troubles.ts";

/**
 * Reads the records of some users.
 *
 * @param deaths when the worker was killed, epoch ms
 */
export async function readBooks(
  emulated: Emulated,
  host: KefuHost,
  people: readonly Person[],
  deaths: readonly number[],
): Promise<readonly PersonBooks[]> {
  const calls = await emulated.control.calls();
  const refused = countRefusals(calls);
  const unanswered = Map.groupBy(calls.filter(isLeftUnanswered), (call) => call.openid);
  const exhausted = new Set(calls.filter(isQuotaUsed).map(({ appid }) => appid));
  const books: PersonBooks[] = [];
  // One user after another, because the worker has other work at the same time.
  for (const person of people) {
    const { openid, appid, unconfirmedRetry } = person;
    books.push({
      openid,
      unconfirmedRetry,
      pushes: await Promise.all(person.pushes.map((push) => readPush(emulated, push))),
      requests: person.requests,
      delivered: await readDelivered(emulated, openid, appid),
      refusals: refused.get(openid) ?? 0,
      cutOffs: [...deaths, ...(unanswered.get(openid) ?? []).map(({ at }) => at)],
      isQuotaUsed: exhausted.has(appid),
      rows: await readLog(host.client({ appid }), openid),
    });
  }
  return books;
}

/**
 * The whole log of a user; empty when the worker has none.
 *
 * @throws when the API refuses otherwise
 */
export async function readLog(client: KefuClient, openid: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const result of client.exportRows(openid)) {
    if (result.ok) {
      const line = result.value;
      // The account's records about the user come before the rows of the log.
      if (line.kind !== "account-event" && line.kind !== "quarantined") rows.push(line);
    } else if (result.error.code === "conversation_not_found") return [];
    else throw new Error(`the log of ${openid} cannot be read: ${result.error.code}`);
  }
  return rows;
}

async function readPush({ control }: Emulated, { act, id }: Person["pushes"][number]): Promise<PushBook> {
  const { outcome } = await control.pushed(id);
  return { mark: act.mark, due: act.due, answer: act.answer, outcome };
}

async function readDelivered({ control }: Emulated, openid: string, appid: string): Promise<readonly string[]> {
  const { lines } = await control.chat(openid, appid);
  return lines.flatMap((line) => (line.from === "service" ? [line.text] : []));
}

/** Whether the worker cannot know WeChat's result for a message. */
function isLeftUnanswered(call: CallRecord): boolean {
  return isSend(call) && (call.errcode === null || call.fault === "slow");
}

/** By user: how often WeChat answered a message with an errcode. */
function countRefusals(calls: readonly CallRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const call of calls) {
    if (!isSend(call) || call.openid === null || call.errcode === null || call.errcode === 0) continue;
    counts.set(call.openid, (counts.get(call.openid) ?? 0) + 1);
  }
  return counts;
}
