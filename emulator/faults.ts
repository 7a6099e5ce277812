/**
 * Simulated failures: faults wait in order, the oldest one that matches an API call applies, and one with a count is
 * removed after that many calls.
 */
import type { FaultRequest, FaultTarget } from "./model.ts";

/** The faults set at present. */
export type Faults = ReturnType<typeof createFaults>;

/** Creates an empty list. */
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
    /** The fault for this call, if any; it is counted as used. */
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
