/**
 * One run against one server: sends requests, records each with its answer for the cases that check all of them, and
 * reads the list of accepted messages if there is one.
 */
import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isAcknowledged, judge, type Answer } from "./answer.ts";
import { exchange, type Reply, type WireRequest } from "./http.ts";
import { buildPush, type Push, type PushTarget } from "./push.ts";
import { textFields } from "./samples.ts";
import { countTaken, type TakenList } from "./taken.ts";
import type { PushFormat } from "./wire.ts";

/**
 * What a request is sent for. `first`: a genuine push that shows which formats the server accepts. `genuine`: any other
 * push as WeChat sends it. `forged`: must not be accepted. `odd`: may be accepted or refused.
 */
export type Meaning = "first" | "genuine" | "forged" | "odd";

/** A request and its answer. */
export interface Exchange {
  readonly meaning: Meaning;
  readonly reply: Reply;
  /** The requested URL, with its query. */
  readonly url: string;
  /** The valid signatures for this request: none of them may be in the answer. */
  readonly signatures: readonly string[];
  /** The classified answer; absent when the request was not a push. */
  readonly answer?: Answer;
}

/** A delivered push. */
export interface Delivered {
  readonly push: Push;
  readonly reply: Reply;
  readonly answer: Answer;
  readonly meaning: Meaning;
}

/** The server under test, and how to test it. */
export interface Settings {
  readonly target: PushTarget;
  /** WeChat's timeout for an answer, milliseconds: 5 000. */
  readonly timeoutMs: number;
  /** The formats to try. A server needs to accept only the one that is set in WeChat's console. */
  readonly formatsToTry: readonly PushFormat[];
  /** The message text to which the server answers with a hand-over. */
  readonly handoverText: string;
  readonly takenList?: TakenList;
}

/** A run. */
export interface Session extends Settings {
  /** The formats in which the server accepted a genuine push; only those are tested. */
  readonly formats: readonly PushFormat[];
  readonly exchanges: readonly Exchange[];
  /** The pushes sent as `first` or `genuine`, with their answers. */
  readonly delivered: readonly Delivered[];
  /** Returns the openid of a user that no other case uses. */
  newUser(): string;
  /** Returns a MsgId below 2^53 that no other case uses; the cases `ids.*` choose their own. */
  newMsgId(): bigint;
  send(request: WireRequest, meaning: Meaning, signatures?: readonly string[]): Promise<Reply>;
  deliver(push: Push, meaning?: Meaning): Promise<Delivered>;
  /**
   * Returns how often the list of accepted messages holds this push. Sends another message of the user first and waits
   * until the list has it, which shows that the list is current. Undefined without a list, or when the list does not
   * show that message in time or the server does not accept it.
   */
  timesTaken(push: Push): Promise<number | undefined>;
}

const POLL_MS = 50;

/** Starts a run. */
export function createSession(settings: Settings): Session {
  const exchanges: Exchange[] = [];
  const delivered: Delivered[] = [];
  let nextMsgId = BigInt(randomInt(100_000_000_000, 200_000_000_000)) * 1_000n;
  const { target, timeoutMs, takenList } = settings;

  const session: Session = {
    ...settings,
    formats: [],
    exchanges,
    delivered,
    newUser: () => `oCONFORMANCE${randomBytes(12).toString("base64url")}`,
    newMsgId: () => (nextMsgId += 1n),
    async send(request, meaning, signatures = []) {
      const reply = await exchange(request, timeoutMs);
      exchanges.push({ meaning, reply, url: request.url, signatures });
      return reply;
    },
    async deliver(push, meaning = "genuine") {
      const reply = await exchange(push.request, timeoutMs);
      const answer = judge(target, push, reply);
      exchanges.push({ meaning, reply, url: push.request.url, signatures: push.signatures, answer });
      const result = { push, reply, answer, meaning };
      if (meaning === "genuine" || meaning === "first") delivered.push(result);
      return result;
    },
    async timesTaken(push) {
      if (takenList === undefined) return undefined;
      const openid = push.fields.FromUserName;
      const marker = await deliverMarker(session, push.format, openid);
      const list = marker === undefined ? undefined : await pollList(takenList, openid, marker, timeoutMs);
      return list === undefined ? undefined : countTaken(list, msgIdOf(push));
    },
  };
  return session;
}

/**
 * Delivers another message of the user, with a second text of another length if the first is not accepted: a server may
 * fail on some lengths of padding.
 *
 * @returns its MsgId; undefined when neither was accepted
 */
async function deliverMarker(session: Session, format: PushFormat, openid: string): Promise<string | undefined> {
  for (const content of ["marker", "marker of another length"]) {
    const fields = textFields(session, content, openid);
    const { answer } = await session.deliver(buildPush(session.target, format, fields), "odd");
    if (isAcknowledged(answer)) return String(fields.MsgId);
  }
  return undefined;
}

/**
 * Polls the user's list until it contains the MsgId `marker`.
 *
 * @returns the list; undefined after the timeout
 */
async function pollList(
  takenList: TakenList,
  openid: string,
  marker: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    const list = await takenList(openid);
    if (list !== undefined && countTaken(list, marker) > 0) return list;
    await delay(POLL_MS);
  }
  return undefined;
}

/** Returns the MsgId as text; empty for an event, which has none. */
function msgIdOf({ fields }: Push): string {
  const msgId = fields["MsgId"];
  return typeof msgId === "bigint" ? String(msgId) : "";
}
