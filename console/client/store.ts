/**
 * A value that components subscribe to. Changes are made by pure functions; a change to the same value sends no
 * notification.
 */
import { useEffect, useState } from "preact/hooks";

/** A value and its subscribers. */
export interface Store<T> {
  readonly get: () => T;
  readonly change: (change: (value: T) => T) => void;
  /** Calls `onChange` after each change. @returns a function that ends the subscription */
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

/** Subscribes to a part of a store: the component is rendered again when that part changes. */
export function useStore<T, P>(store: Store<T>, select: (value: T) => P): P {
  const [part, setPart] = useState(() => select(store.get()));
  useEffect(() => {
    // setPart would call a function instead of storing it, so the part is wrapped.
    const look = (): void => setPart(() => select(store.get()));
    look();
    return store.follow(look);
  }, [store]);
  return part;
}
