/** The page's calls to the emulator. Both ends share `model.ts`, so the type of a 2xx answer is not checked. */
import { createControl, type Control } from "../control.ts";
import type { Feed } from "../phone-model.ts";

/** Timeout of a feed request, milliseconds: an emulator that answers later is treated as not running. */
const FEED_TIMEOUT_MS = 5_000;

/** The control client, the same that tests and scripts use. */
export const control: Control = createControl((request) => fetch(request), location.origin);

/** The open chat, and the versions of the data that the page already has, by which the emulator selects the changes. */
export interface FeedPosition {
  readonly appid: string;
  readonly openid: string;
  readonly epoch: string;
  readonly after: number;
  readonly version: string;
}

/** Reads the state and the changed traffic. @returns null when nothing changed */
export async function readFeed(position: FeedPosition): Promise<Feed | null> {
  const query = new URLSearchParams({ ...position, after: String(position.after) });
  const signal = AbortSignal.timeout(FEED_TIMEOUT_MS);
  const response = await fetch(`/_emulator/feed?${query.toString()}`, { signal });
  if (response.status === 204) return null;
  if (!response.ok) throw new Error(`feed: ${response.status}`);
  return response.json();
}

/** Returns the URL of a picture. */
export function mediaUrl(id: string): string {
  return `/_emulator/media?${new URLSearchParams({ id }).toString()}`;
}
