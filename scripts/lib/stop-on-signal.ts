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
 * Stops the stack on the first signal, then exits with 0. A second signal exits at once; Miniflare's `exit` listener
 * then ends workerd. Call it after the stack has started: Miniflare's listeners for these signals, which exit before
 * the stack is stopped, are removed.
 */
export function stopOnSignal(stack: { stop(): Promise<void> }, source: SignalSource = process): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) {
      source.exit(INTERRUPTED);
      return;
    }
    isStopping = true;
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
