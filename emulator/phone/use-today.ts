/** The current day by the emulator's clock: times on other days are shown with their date. */
import { useEffect, useState } from "preact/hooks";
import { startOfDay } from "../../console/ui/clock.ts";

const LOOK_MS = 1_000;

/** The emulator's clock minus the machine's, milliseconds. */
let offsetMs = 0;
const lookers = new Set<() => void>();

/** Sets the offset of the emulator's clock, as read from the feed. */
export function setClockOffset(ms: number): void {
  offsetMs = ms;
  for (const look of lookers) look();
}

/** Returns the midnight at which the current day began, epoch milliseconds. It changes only when the day changes. */
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
