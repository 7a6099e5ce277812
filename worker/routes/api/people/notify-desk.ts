/**
 * Calls of the desk about a login that has already changed. The answer of the request does not depend on them: a
 * failure is logged, because the caller could not repeat what the login has done.
 */
import type { Context } from "hono";
import type { DeskRpc } from "../../../desk/rpc.ts";
import type { LoginSummary } from "../../../people/rpc.ts";
import { errorName, writeLog } from "../../../platform/logger.ts";
import { callTwice } from "../../../platform/object-call.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { deskOf } from "../../http/auth/people.ts";

/** Stores the desk's copy of a login; never rejects. The agent's next sign-in corrects a copy that was not stored. */
export function storeLoginCopy(c: Context<HttpEnv>, agent: string, login: LoginSummary): Promise<void> {
  return notify(c, "recordLogin", (desk) => desk.recordLogin(agent, login));
}

/**
 * Closes all pages of an agent whose sign-ins have ended; never rejects. After a failure the requests of these pages are
 * refused, but their sockets stay open.
 */
export function closePages(c: Context<HttpEnv>, agent: string): Promise<void> {
  return notify(c, "closeSockets", (desk) => desk.closeSockets(agent, "signed_out"));
}

async function notify(
  c: Context<HttpEnv>,
  method: "recordLogin" | "closeSockets",
  call: (desk: DeskRpc) => Promise<void>,
): Promise<void> {
  try {
    await callTwice(() => deskOf(c), call);
  } catch (error) {
    writeLog("desk_not_updated", { requestId: c.get("requestId"), method, error: errorName(error) });
  }
}
