/**
 * The list and the conversation that are shown, stored in the URL's hash so that a reload and the browser's back button
 * work.
 */
import { useEffect, useState } from "preact/hooks";
import type { ListName } from "../model/lists.ts";

/** The list and the conversation that a hash names. */
export interface Route {
  readonly list: ListName;
  readonly conversation: string | null;
}

const LISTS: readonly ListName[] = ["mine", "queue", "all", "parked", "closing", "closed"];

/** Parses a hash; an unknown hash means the list of the agent's own sessions. */
export function readRoute(hash: string): Route {
  const [list = "", conversation = ""] = hash.replace(/^#\/?/, "").split("/");
  return {
    list: LISTS.find((name) => name === list) ?? "mine",
    conversation: /^[0-9a-f]{64}$/.test(conversation) ? conversation : null,
  };
}

/** Returns the hash of a route. */
export function writeRoute({ list, conversation }: Route): string {
  return conversation === null ? `#/${list}` : `#/${list}/${conversation}`;
}

/** Returns the secret in the hash of an invite link; null for any other hash. */
export function readInvite(hash: string): string | null {
  return /^#invite=([\w.~-]{1,200})$/.exec(hash)?.[1] ?? null;
}

/** Returns the URL's hash; the component is rendered again when it changes. */
export function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onHash = (): void => setHash(location.hash);
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  return hash;
}
