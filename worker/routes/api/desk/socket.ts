/** The WebSocket of the desk's page. */
import { Hono } from "hono/tiny";
import { connectPage } from "../../../desk/client.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { describe } from "../../http/describe.ts";
import { problem } from "../../http/response/problem.ts";
import { requireDesk } from "./desk-caller.ts";

/** The route of the socket. */
export const socket = new Hono<HttpEnv>();

socket.get(
  "/desk/socket",
  describe({
    id: "connectDesk",
    tag: "desk",
    access: "presence.own",
    summary: { zh: "工作台的 WebSocket", en: "The desk's WebSocket" },
    text: {
      zh: "供工作台页面使用：列表、打开的对话、同事的状态。帧的格式见 shared/api/socket.ts；Origin 须为本服务的地址。",
      en: "For the page of the desk: lists, the open conversation, the presence of colleagues. The frames are defined in shared/api/socket.ts; Origin must be this worker's own.",
    },
    answers: { 101: { text: { zh: "已切换为 WebSocket", en: "Switched to WebSocket" } } },
    problems: ["agent_required", "origin_refused", "upgrade_required", "desk_off"],
  }),
  requireDesk(),
  async (c) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
      return problem(c, "upgrade_required", {}, { headers: { upgrade: "websocket", connection: "upgrade" } });
    const { id: agent, signIn } = agentOf(c);
    const response = await connectPage(c.env.DESK, c.get("config").locationHint, { agent, signIn });
    // The headers of a fetched response are immutable; those of a copy are not, and the copy has the same socket.
    return new Response(null, response);
  },
);
