/**
 * The protocol of the desk's WebSocket, `GET /api/v1/desk/socket`, as pages need it: constants, types and the reader of
 * the server's messages, without the schemas (`desk/frames.ts`). A page sends one frame per message; the server sends a
 * list of frames per message. Frames of an unknown type are ignored, so that a page keeps working across a deployment
 * (docs/design/0026-desk-socket.md).
 */
import type { PageFrame, ServerFrame, ShownDeskRow } from "./desk/frames.ts";

export type { PageFrame, ServerFrame, ShownDeskRow };

/** The version of the protocol. */
export const SOCKET_PROTOCOL = 1;
/**
 * The message that the runtime answers without waking the desk, and its answer, which is a single frame and not a list
 * of frames.
 */
export const [PING, PONG] = ['{"type":"ping"}', '{"type":"pong"}'] as const;
/** The interval between pings, milliseconds. */
export const PING_INTERVAL_MS = 25_000;
/** The maximum size of a message of a page, UTF-16 code units. */
export const MAX_FRAME = 64 * 1024;
/** How long an agent counts as typing after a frame, milliseconds. */
export const TYPING_MS = 6_000;
/** How long an agent counts as viewing a conversation after the last message of the page, milliseconds. */
export const VIEWING_MS = 30_000;

const SERVER_TYPES: ReadonlySet<unknown> = new Set([
  "welcome",
  "views",
  "delta",
  "rows",
  "who",
  "people",
  "bye",
] satisfies readonly ServerFrame["type"][]);

/**
 * Reads a message of the server: the frames of a known type; none when the message is not a list of frames. Their
 * content is not checked, because it comes from the page's own origin and may have more fields than this version knows.
 */
export function readServerFrames(text: string): readonly ServerFrame[] {
  const frames = readFrameJson(text);
  return Array.isArray(frames) ? frames.filter(isServerFrame) : [];
}

/** Returns the JSON value of a message; undefined when it is not JSON. */
export function readFrameJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the type of a frame; undefined when the value is not a frame. */
export function readFrameType(frame: unknown): string | undefined {
  if (typeof frame !== "object" || frame === null || !("type" in frame)) return undefined;
  return typeof frame.type === "string" ? frame.type : undefined;
}

function isServerFrame(frame: unknown): frame is ServerFrame {
  return SERVER_TYPES.has(readFrameType(frame));
}
