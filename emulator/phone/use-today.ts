/** The current day by the emulator's clock, for times that include the date of other days. */
import { useEffect, useState } from "preact/hooks";
import { startOfDay } from "./clock.ts";

const LOOK_MS = 1_000;

/** The emulator's clock minus the machine's, milliseconds. */
let offsetMs = 0;
const lookers = new Set<() => void>();

/** Takes over the feed's offset of the emulator's clock. */
export function setClockOffset(ms: number): void {
  offsetMs = ms;
  for (const look of lookers) look();
}

/** @returns the midnight the day began with, in epoch milliseconds; it changes only with the day */
export function useToday(): number {
  const [today, setToday] = useState(todayNow);
  useEffect(() => {
    const look = (): void => setToday(todayNow());
    look();
    lookers.add(look);
    const timer = setInterval(look, LOOK_MS);
    return () => {
      lookers.delete(look);
      clearInterval(timer);
    };
  }, []);
  return today;
}

function todayNow(): number {
  return startOfDay(Date.now() + offsetMs);
}
