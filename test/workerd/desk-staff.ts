/** Agents of the desk for tests, and their actions on the session of a user. */
import type { ExpectStatic } from "vitest";
import type { DeskAction } from "../../worker/desk/rpc.ts";
import { must } from "../support/conversation.ts";
import { text } from "../support/direct.ts";
import { remote } from "../support/workerd.ts";
import { acting, addAgent, addKeeper, desk, idOf, inDesk, reports, seenBy, waits } from "./desk-play.ts";

export const A = "a0000000000a1";
export const B = "a0000000000b2";
export const C = "a0000000000c3";
/** A supervisor, who may take over. */
export const S = "a0000000000d4";

/** Adds these agents. They are not online, so nothing is assigned to them; another agent is, so users can wait. */
export async function addStaff(): Promise<void> {
  await addKeeper();
  // `npm run test:long -- --desk` leaves C with dozens of open sessions.
  for (const id of [A, B, C]) await addAgent(id, { name: `客服${id.slice(-2)}`, capacity: 100 });
  await addAgent(S, { name: "主管", role: "supervisor" });
}

let users = 0;

/** Returns an openid that no other test uses. */
export function newUser(): string {
  users += 1;
  return `oActed${String(users).padStart(4, "0")}`;
}

/** Returns the sessions of a conversation: the open one or the last closed one, and their version. */
export const sessionOf = async (openid: string) => must(await remote(openid).snapshot(), "snapshot").session;
/** Returns the agent who serves the open session; null when none does. */
export const assigneeOf = async (openid: string) => {
  const { open } = await sessionOf(openid);
  return open?.status === "serving" ? open.assignee : null;
};
/** Returns the reservations of the desk. */
export const reservations = () => inDesk(({ runner }) => [...runner.desk.tables.reservations.values.values()]);

/** Expects that the desk shows the session as the conversation has it. */
export async function expectSame(openid: string, expect: ExpectStatic) {
  const { version, open } = await sessionOf(openid);
  const row = await desk().session(null, idOf(openid));
  expect(row && [row.version, row.session.status, row.session.assignee]).toEqual(
    open && [version, open.status, open.status === "serving" ? open.assignee : null],
  );
}

/** Makes a user wait, and an agent take the session. */
export async function served(openid: string, agent = A): Promise<void> {
  await waits(openid);
  const taken = await acting(agent, openid, { type: "take" });
  if (!taken.ok) throw new Error(taken.refusal.reason);
}

/** Sends a reply as the Worker does: the desk checks whether it is allowed, then the conversation decides. */
export async function replies(
  agent: string,
  openid: string,
): Promise<{ readonly ok: boolean; readonly reason?: string }> {
  const allowed = await desk().authorizeReply(agent, idOf(openid));
  if (!allowed.ok) return { ok: false, reason: allowed.error.reason };
  const { log } = await seenBy(openid);
  const action = { type: "reply", agent, message: text("在的"), request: "r", hold: false } as const;
  const answer = await remote(openid).command({ id: `reply-${agent}`, log, action }, "holder");
  await reports(openid);
  return answer.ok ? { ok: true } : { ok: false, reason: answer.refusal.reason };
}

/** Returns the action that closes the session for an agent who has seen all its messages. */
export const closing = async (openid: string): Promise<DeskAction> => {
  return { type: "close", seenSeq: must(await remote(openid).snapshot()).to };
};
