/** A value that components follow. Changes are made by pure functions; a change to the same value sends no notification. */
import { useEffect, useState } from "preact/hooks";

/** A value and those who follow it. */
export interface Store<T> {
  readonly get: () => T;
  readonly change: (change: (value: T) => T) => void;
  /** @returns ends following */
  readonly follow: (onChange: () => void) => () => void;
}

/** Creates a store. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const followers = new Set<() => void>();
  return {
    get: () => value,
    change(change) {
      const next = change(value);
      if (Object.is(next, value)) return;
      value = next;
      for (const follower of followers) follower();
    },
    follow(onChange) {
      followers.add(onChange);
      return () => followers.delete(onChange);
    },
  };
}

/** Follows a part of a store: the component is drawn again when that part is another one. */
export function useStore<T, P>(store: Store<T>, select: (value: T) => P): P {
  const [part, setPart] = useState(() => select(store.get()));
  useEffect(() => {
    // A function as the part would be called by setPart.
    const look = (): void => setPart(() => select(store.get()));
    look();
    return store.follow(look);
  }, [store]);
  return part;
}
