/** Creates what the transitions of conversations with sessions need: queue, business hours and session machine. */
import { SESSION_MACHINE } from "../core/session/machine.ts";
import type { DeskTerms, Service } from "../core/session/service.ts";

/** A user's turn that waits longer than this counts as late, milliseconds. */
const TURN_LIMIT_MS = 5 * 60_000;

/**
 * Creates the service for one transition.
 *
 * @param desk the caller's terms of the desk; without them, or without hours, all time counts as business time
 * @param businessMs returns the part of an interval within business hours, milliseconds; `hours` as in `DeskTerms`
 */
export function createService(
  desk: DeskTerms | undefined,
  businessMs: (hours: string, from: number, to: number) => number,
): Service {
  const hours = desk?.hours;
  const thanks = desk?.thanks;
  return {
    isDesk: desk !== undefined,
    queue: { team: null, isOffline: desk?.isOpen === false },
    measuring: {
      businessMs: (from, to) => (hours === undefined ? to - from : businessMs(hours, from, to)),
      turnLimitMs: TURN_LIMIT_MS,
    },
    ...(thanks !== undefined && { thanks }),
    machine: SESSION_MACHINE,
  };
}
