/**
 * A conversation whose app is not in the configuration, by mistake perhaps: nothing can be sent or delivered for it.
 */
import { findApp, type Config } from "../config/config.ts";
import type { Owner } from "../conversation/rpc.ts";

/** What waits for a missing app waits so long for it, milliseconds; after that it ends. */
const APP_WAIT_MS = 48 * 3_600_000;
/** And looks for it so often, milliseconds. */
export const APP_LOOK_MS = 15 * 60_000;

/**
 * Whether the app has been missing for so long that it is not looked for any more.
 *
 * @param owner undefined while nothing is stored
 * @param last the newest row's seq, a time
 * @param now epoch ms
 */
export function isAppGone(config: Config, owner: Owner | undefined, last: number, now: number): boolean {
  if (owner === undefined || findApp(config, owner.appid) !== undefined) return false;
  return now >= last + APP_WAIT_MS;
}
