/** The machine's clock, read once per second. */
import { useEffect, useState } from "preact/hooks";

/** Returns the machine's time, updated every second. @returns epoch milliseconds */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
