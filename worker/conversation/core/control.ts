/**
 * Who handles a conversation: automation, a person who replies through the API (until a set time), the platform's own
 * agents, or an agent of the desk. A union, so that it is always exactly one of them. Only `admission.ts` decides what
 * a source may send in each case. Pure.
 */
import { MAX_MUTE_MS } from "../../../shared/api/settings/limits.ts";
import { isImplausible } from "../../../shared/base/clock-setback.ts";

/** Who handles the conversation. */
export type Control =
  | { readonly type: "automatic" }
  /** A person replied through the API: automation does not act before `until`, epoch ms. */
  | { readonly type: "muted"; readonly until: number }
  /**
   * The platform's own agents reply until the user's next action; then automation stays muted until `mutedUntil`,
   * epoch ms; 0: not muted.
   */
  | { readonly type: "handed_over"; readonly mutedUntil: number }
  /**
   * An agent of the desk serves the session (`session/machine.ts`); `mutedUntil`: until when automation
   * stays muted after the session, epoch ms; 0: not muted.
   */
  | { readonly type: "served"; readonly agent: string; readonly mutedUntil: number };

/** Automation handles the conversation. */
export const AUTOMATIC: Control = { type: "automatic" };

/** Returns the control after a handover to the platform's own agents. */
export function handOver(control: Control): Control {
  return { type: "handed_over", mutedUntil: mutedUntilOf(control) };
}

/** Returns the control after an action of the user: the platform's agents no longer handle the conversation. */
export function endHandover(control: Control): Control {
  return control.type === "handed_over" ? mutedOr(control.mutedUntil) : control;
}

/**
 * Returns the control after a person replied: automation is muted for `muteMs` from now on; 0: nothing changes. An
 * existing mute that lasts longer is kept.
 */
export function mute(control: Control, muteMs: number, now: number): Control {
  const until = now + muteMs;
  if (muteMs === 0 || until <= mutedUntilOf(control)) return control;
  return hasOwners(control) ? { ...control, mutedUntil: until } : mutedOr(until);
}

/** Returns the control that follows from the session: this agent serves the user; null: no agent does. */
export function serve(control: Control, agent: string | null): Control {
  if (agent !== null) return { type: "served", agent, mutedUntil: mutedUntilOf(control) };
  return control.type === "served" ? mutedOr(control.mutedUntil) : control;
}

/** Returns until when automation is muted, epoch ms; in the past or 0: not muted. */
export function mutedUntilOf(control: Control): number {
  switch (control.type) {
    case "automatic":
      return 0;
    case "muted":
      return control.until;
    case "handed_over":
    case "served":
      return control.mutedUntil;
  }
}

/**
 * Returns the control without an implausible mute, one that is further in the future than a mute can be
 * (`plausible-times.ts`).
 */
export function plausibleControl(control: Control, now: number): Control {
  if (!isImplausible(mutedUntilOf(control), now, MAX_MUTE_MS)) return control;
  return hasOwners(control) ? { ...control, mutedUntil: 0 } : AUTOMATIC;
}

/** Returns whether people handle the conversation without a time limit; a mute is then only stored for later. */
function hasOwners(control: Control): control is Extract<Control, { readonly mutedUntil: number }> {
  return control.type === "handed_over" || control.type === "served";
}

function mutedOr(until: number): Control {
  return until === 0 ? AUTOMATIC : { type: "muted", until };
}
