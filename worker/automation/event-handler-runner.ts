/**
 * Runs the team's `onEvent`: once, after an event was stored and acknowledged, with a time limit. Its failure has no
 * effect on the event, which is already stored and answered; only the name of the error is logged.
 */
import { accountOf } from "../../shared/message/address.ts";
import type { AccountEvent } from "../../shared/message/inbound.ts";
import { readRaw } from "../../shared/message/raw.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import type { EventHandlerContext, EventHandlers } from "./handler-context.ts";

/** Time limit of `onEvent`, milliseconds. The platform has already been answered. */
const EVENT_HANDLER_MS = 10_000;

/** Runs the handler, if there is one. Never rejects. */
export async function runEventHandler(
  { onEvent }: EventHandlers,
  event: AccountEvent,
  context: Omit<EventHandlerContext, "signal"> & { readonly requestId: string },
): Promise<void> {
  if (onEvent === undefined) return;
  const { requestId, ...rest } = context;
  const { raw, ...head } = event;
  const stop = new AbortController();
  try {
    // In a promise, so that a synchronous throw is caught as well.
    await withTimeout(
      EVENT_HANDLER_MS,
      Promise.resolve().then(() => onEvent({ ...head, fields: readRaw(raw) }, { ...rest, signal: stop.signal })),
    );
  } catch (error) {
    stop.abort();
    writeLog("handler_failed", { requestId, ...accountOf(context), name: event.name, error: errorName(error) });
  }
}
