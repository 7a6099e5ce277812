/**
 * The WebSockets of the desk, connected with the runtime: they stay attached while the object is evicted, and the
 * runtime answers their pings. Loaded by `import()` with the desk.
 */
import { PING, PONG } from "../../shared/api/socket.ts";
import { AGENT_HEADER, SIGN_IN_HEADER } from "../desk/client.ts";
import type { Attachment, PageSocket } from "../desk/socket/connection.ts";
import { createDeskSockets } from "../desk/socket/sockets.ts";
import type { DeskSockets } from "../desk/socket/types.ts";

/** The pages of the desk, and their sockets. */
export interface DeskPages extends DeskSockets {
  /** Accepts the socket of a page; the Worker has authenticated the agent that the headers name. */
  readonly connect: (headers: Headers) => Response;
  /** Returns the id of a socket. */
  readonly idOf: (socket: WebSocket) => string;
}

/** Opens the pages, with the sockets that were attached before an eviction. */
export function openPages(ctx: DurableObjectState): DeskPages {
  const idOf = (socket: WebSocket): string => ctx.getTags(socket)[0] ?? "";
  const toPageSocket = (socket: WebSocket): PageSocket => ({
    id: idOf(socket),
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    keep: (attachment: Attachment) => socket.serializeAttachment(attachment),
    attached: (): unknown => socket.deserializeAttachment(),
    pingedAt: () => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
    isOpen: () => socket.readyState === WebSocket.OPEN,
  });
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  const sockets = createDeskSockets({
    now: () => Date.now(),
    soon: (run) => queueMicrotask(run),
    later: (ms, run) => void setTimeout(run, ms),
    waitUntil: (work) => ctx.waitUntil(work),
    sockets: () => ctx.getWebSockets().map(toPageSocket),
  });
  return {
    ...sockets,
    idOf,
    connect(headers) {
      const [agent, signIn] = [headers.get(AGENT_HEADER), headers.get(SIGN_IN_HEADER)];
      if (headers.get("upgrade") !== "websocket" || agent === null || signIn === null)
        return new Response(null, { status: 400 });
      const { 0: client, 1: server } = new WebSocketPair();
      ctx.acceptWebSocket(server, [crypto.randomUUID()]);
      sockets.accept(toPageSocket(server), agent, signIn);
      return new Response(null, { status: 101, webSocket: client });
    },
  };
}
