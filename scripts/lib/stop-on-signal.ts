/** Ctrl-C and SIGTERM of a script that runs the local stack. */

type Listener = ReturnType<NodeJS.Process["rawListeners"]>[number];

/** The part of `process` that is used. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  rawListeners(signal: StopSignal): readonly Listener[];
  removeListener(signal: StopSignal, listener: Listener): unknown;
  exit(code: number): unknown;
}

type StopSignal = (typeof SIGNALS)[number];

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
/** The exit code of a process that Ctrl-C has ended. */
const INTERRUPTED = 130;
/**
 * Signals within this time after the first one belong to the same Ctrl-C: the terminal sends SIGINT to the whole process
 * group, and npm forwards its own to the script. Both arrive when the shell of npm replaces itself with the script
 * (bash does).
 */
const SAME_PRESS_MS = 1_000;

/**
 * Stops the stack on the first signal, then exits with 0. Another signal, 1 s after the first or later, exits at once;
 * Miniflare's `exit` listener then ends workerd. Call it after the stack has started: Miniflare's listeners for these
 * signals, which exit before the stack is stopped, are removed.
 *
 * @param now a clock in milliseconds that never goes back
 */
export function stopOnSignal(
  stack: { stop(): Promise<void> },
  source: SignalSource = process,
  now: () => number = () => performance.now(),
): void {
  let firstMs: number | undefined;
  const stop = (): void => {
    if (firstMs !== undefined) {
      if (now() - firstMs >= SAME_PRESS_MS) source.exit(INTERRUPTED);
      return;
    }
    firstMs = now();
    void stack.stop().then(() => source.exit(0));
  };
  for (const signal of SIGNALS) {
    const earlier = source.rawListeners(signal);
    // Added before the others are removed: without any listener Node closes its handle, and a signal that has arrived
    // but is not yet dispatched is lost.
    source.on(signal, stop);
    for (const listener of earlier) source.removeListener(signal, listener);
  }
}
