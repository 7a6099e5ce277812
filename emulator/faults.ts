/**
 * Simulated failures. Faults are kept in order of creation; the oldest one that matches an API call applies. A fault
 * with a count is removed after that number of calls.
 */
import type { FaultRequest, FaultTarget } from "./model.ts";

/** The faults that are currently set. */
export type Faults = ReturnType<typeof createFaults>;

/** Creates an empty list of faults. */
export function createFaults() {
  let active: readonly FaultRequest[] = [];

  return {
    add(fault: FaultRequest): void {
      active = [...active, fault];
    },
    clear(): void {
      active = [];
    },
    list: (): readonly FaultRequest[] => active,
    /** Returns the fault that applies to a call, and counts its use; null when there is none. */
    strike(target: Exclude<FaultTarget, "any">, appid: string | null): FaultRequest | null {
      const hit = active.find((fault) => matches(fault, target, appid));
      if (hit === undefined) return null;
      if (hit.times !== undefined) {
        const rest = hit.times > 1 ? [{ ...hit, times: hit.times - 1 }] : [];
        active = active.flatMap((fault) => (fault === hit ? rest : [fault]));
      }
      return hit;
    },
  };
}

function matches(fault: FaultRequest, target: FaultTarget, appid: string | null): boolean {
  const wanted = fault.target ?? "any";
  return (wanted === "any" || wanted === target) && (fault.appid === undefined || fault.appid === appid);
}
