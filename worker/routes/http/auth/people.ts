/** Returns stubs of the objects that store agents and sign-ins, for authentication and for the routes about people. */
import type { Context } from "hono";
import { deskStub } from "../../../desk/client.ts";
import type { DeskRpc } from "../../../desk/rpc.ts";
import { loginStub } from "../../../people/client.ts";
import type { LoginRpc } from "../../../people/rpc.ts";
import type { HttpEnv } from "../app-env.ts";

/** Returns a new stub of the desk. */
export function deskOf(c: Context<HttpEnv>): DeskRpc {
  return deskStub(c.env.DESK, c.get("config").locationHint);
}

/** Returns a new stub of the login of an agent. @param agent the id, or the result of `decoyName` */
export function loginOf(c: Context<HttpEnv>, agent: string): LoginRpc {
  return loginStub(c.env.LOGIN, agent, c.get("config").locationHint);
}
