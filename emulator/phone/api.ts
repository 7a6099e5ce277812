/** The page's calls to the emulator. Both ends share `model.ts`, so a 2xx answer is taken at its type. */
import { createControl, type Control } from "../control.ts";
import type { Feed } from "../phone-model.ts";

/** An emulator that takes longer is as good as away, milliseconds. */
const FEED_TIMEOUT_MS = 5_000;

/** The hand on the emulator, the same that tests and scripts use. */
export const control: Control = createControl((request) => fetch(request), location.origin);

/** What the page has already. */
export interface FeedPosition {
  readonly appid: string;
  readonly openid: string;
  readonly epoch: string;
  readonly after: number;
  readonly version: string;
}

/** Asks for what changed. @returns null when nothing did */
export async function readFeed(position: FeedPosition): Promise<Feed | null> {
  const query = new URLSearchParams({ ...position, after: String(position.after) });
  const signal = AbortSignal.timeout(FEED_TIMEOUT_MS);
  const response = await fetch(`/_emulator/feed?${query.toString()}`, { signal });
  if (response.status === 204) return null;
  if (!response.ok) throw new Error(`feed: ${response.status}`);
  return response.json();
}

/** Where a picture's bytes are. */
export function mediaUrl(id: string): string {
  return `/_emulator/media?${new URLSearchParams({ id }).toString()}`;
}
