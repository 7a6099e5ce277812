/** The WebSocket of the desk's page. */
import { Hono } from "hono/tiny";
import { connectPage } from "../../../desk/client.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { operation } from "../../http/operation.ts";
import { problem } from "../../http/response/problem.ts";
import { requireDesk } from "./desk-caller.ts";

/** The route of the socket. */
export const socket = new Hono<HttpEnv>();

socket.get("/desk/socket", operation("connectDesk", "presence.own"), requireDesk(), async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
    return problem(c, "upgrade_required", {}, { headers: { upgrade: "websocket", connection: "upgrade" } });
  const { id: agent, signIn } = agentOf(c);
  const response = await connectPage(c.env.DESK, c.get("config").locationHint, { agent, signIn });
  // The sign-in may have ended since it was checked, and its sockets were then closed before this one was open.
  const open = await loginOf(c, agent).list();
  if (!open.some(({ id }) => id === signIn)) await deskOf(c).closeSockets(agent, "signed_out", signIn);
  // The headers of a fetched response are immutable; those of a copy are not, and the copy has the same socket.
  return new Response(null, response);
});
