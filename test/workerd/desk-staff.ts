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

/** Adds them on a break, so that nothing is assigned to them. */
export async function addStaff(): Promise<void> {
  await addKeeper();
  // `npm run test:long -- --desk` leaves C with dozens of open sessions.
  for (const id of [A, B, C]) await addAgent(id, { name: `客服${id.slice(-2)}`, capacity: 100 });
  await addAgent(S, { name: "主管", role: "supervisor" });
}

let users = 0;

/** A user that no other test uses. */
export function newUser(): string {
  users += 1;
  return `oActed${String(users).padStart(4, "0")}`;
}

/** The sessions of a conversation. */
export const sessionOf = async (openid: string) => must(await remote(openid).snapshot(), "snapshot").session;
/** The agent who serves the open session. */
export const assigneeOf = async (openid: string) => {
  const { open } = await sessionOf(openid);
  return open?.status === "serving" ? open.assignee : null;
};
/** The reservations of the desk. */
export const reservations = () => inDesk(({ runner }) => [...runner.desk.tables.reservations.values.values()]);

/** Waits until the desk shows the state of the conversation. */
export async function expectSame(openid: string, expect: ExpectStatic) {
  const { version, open } = await sessionOf(openid);
  const row = await desk().session(null, idOf(openid));
  expect(row && [row.version, row.session.status, row.session.assignee]).toEqual(
    open && [version, open.status, open.status === "serving" ? open.assignee : null],
  );
}

/** The user waits, and an agent takes the session. */
export async function served(openid: string, agent = A): Promise<void> {
  await waits(openid);
  const taken = await acting(agent, openid, { type: "take" });
  if (!taken.ok) throw new Error(taken.refusal.reason);
}

/** A reply as sent by the Worker: authorised by the desk, decided by the conversation. */
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

/** Closes the session after the agent has seen all of it. */
export const closing = async (openid: string): Promise<DeskAction> => {
  return { type: "close", seenSeq: must(await remote(openid).snapshot()).to };
};
