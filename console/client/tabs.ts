/**
 * Ownership between the tabs of a browser: a name belongs to one tab until that tab gives it up or ends, in whatever
 * way.
 */

/** Names that belong to tabs. */
export interface Tabs {
  /** Owns a name that no other tab uses. @returns a function that gives it up */
  readonly own: (name: string) => () => void;
  /**
   * Calls `work` as soon as no tab owns the name; until `work` returns, no other tab can own it.
   *
   * @returns a function that ends the wait
   */
  readonly whenFree: (name: string, work: () => void) => () => void;
}

/**
 * Implements the names by Web Locks. Every browser that the desk supports has them, on https and on localhost; at other
 * addresses no agent can sign in.
 */
export function browserTabs(): Tabs {
  const { locks } = navigator;
  return {
    own(name) {
      let disown = (): void => {};
      // Not Promise.withResolvers: Chrome before 119 and Safari before 17.4 lack it.
      const held = new Promise<void>((resolve) => {
        disown = resolve;
      });
      void locks.request(name, () => held);
      return disown;
    },
    whenFree(name, work) {
      const wait = new AbortController();
      locks.request(name, { signal: wait.signal }, work).catch((error: unknown) => {
        if (!wait.signal.aborted) throw error;
      });
      return () => wait.abort();
    },
  };
}
