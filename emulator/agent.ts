/**
 * The official agent (网页端客服, 客服小助手): after a handover an agent takes over the session; during the session the user's
 * messages are not sent to the push URL (WECHAT.md §1.7, §1.8). The agent's messages do not count against the reply
 * quota here; whether they do on the platform is unconfirmed.
 */
import type { AgentRequest } from "./model.ts";
import { userKey, type AgentDesk, type User, type World } from "./world.ts";

/** How long an agent keeps a session, milliseconds (WECHAT.md §1.7). */
export const HOLD_MS = 30 * 60_000;
const OFF_DUTY: AgentDesk = { on: false, reply: "" };

/**
 * Hands a user over to the agents: an agent on duty takes the session at once, otherwise the user waits. Changes
 * nothing while an agent already holds the session.
 */
export function handOver(world: World, user: User): void {
  if (isHeld(world, user)) return;
  const desk = deskOf(world, user.appid);
  if (desk.on) take(world, user, desk);
  else user.session = { state: "waiting" };
}

/** Returns whether an agent holds the session now. Messages of a waiting user are still sent to the push URL. */
export function isHeld(world: World, user: User): boolean {
  return user.session.state === "agent" && world.now() < user.session.until;
}

/** Returns the session state for the control interface; an agent's session that has expired is `none`. */
export function sessionOf(world: World, user: User): User["session"]["state"] {
  return user.session.state === "agent" && !isHeld(world, user) ? "none" : user.session.state;
}

/**
 * Puts the scripted agent of an app on or off duty, sets its first message, and closes a session, as the request says;
 * absent fields change nothing. An agent on duty then takes every waiting user.
 */
export function directAgent(world: World, appid: string, request: AgentRequest): void {
  const before = deskOf(world, appid);
  const desk = { on: request.on ?? before.on, reply: request.reply ?? before.reply };
  world.records.desks.set(appid, desk);
  const closed = request.close === undefined ? undefined : world.records.users.get(userKey(appid, request.close));
  if (closed !== undefined) closed.session = { state: "none" };
  if (!desk.on) return;
  for (const user of world.records.users.values()) {
    if (user.appid === appid && user.session.state === "waiting") take(world, user, desk);
  }
}

function take(world: World, user: User, desk: AgentDesk): void {
  const at = world.now();
  user.session = { state: "agent", until: at + HOLD_MS };
  if (desk.reply !== "") user.lines = [...user.lines, { from: "agent", at, text: desk.reply }];
}

function deskOf(world: World, appid: string): AgentDesk {
  return world.records.desks.get(appid) ?? OFF_DUTY;
}
