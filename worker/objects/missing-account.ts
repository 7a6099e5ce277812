/**
 * A conversation whose app is not in the configuration, by mistake perhaps: nothing can be sent or delivered for it.
 */
import { findApp, type Config } from "../config/config.ts";
import type { Owner } from "../conversation/rpc.ts";

/** How long messages wait for an app that is missing in the configuration, milliseconds; after it they fail. */
const APP_WAIT_MS = 48 * 3_600_000;
/** Time between two checks whether the missing app is configured again, milliseconds. */
export const APP_LOOK_MS = 15 * 60_000;

/**
 * Whether the app has been missing for longer than `APP_WAIT_MS`: it is not looked for any more.
 *
 * @param owner undefined while nothing is stored
 * @param last the newest row's seq, a time
 * @param now epoch ms
 */
export function isAppGone(config: Config, owner: Owner | undefined, last: number, now: number): boolean {
  if (owner === undefined || findApp(config, owner.appid) !== undefined) return false;
  return now >= last + APP_WAIT_MS;
}
