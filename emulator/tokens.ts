/**
 * Access tokens (WECHAT.md §6.1): two endpoints with separate tokens, the overlap of old and new tokens, forced
 * refresh, and the error for an invalid token.
 */

import type { TokenView } from "./phone-model.ts";

/** A new or current token, as returned by the endpoints. */
export interface IssuedToken {
  readonly value: string;
  readonly expiresInSeconds: number;
}

/** The result of checking a token: its app, or the errcode. */
export type TokenCheck = { readonly appid: string } | { readonly errcode: 40001 | 40014 | 41001 | 42001 };

/** The tokens of all apps. */
export type Tokens = ReturnType<typeof createTokens>;

interface TokenEntry {
  readonly value: string;
  readonly appid: string;
  issuedAt: number;
  expiresAt: number;
  renewAt: number;
  /**
   * From this time on the token is rejected with 40001 ("not latest"); 0 when it was invalidated or replaced by a forced refresh.
   */
  acceptedUntil: number;
}

interface AppTokens {
  plain?: TokenEntry;
  stable?: TokenEntry;
  /** Whether the normal stable call keeps returning an invalidated token. */
  sticky: boolean;
  forcedAt: readonly number[];
}

const OVERLAP_MS = 5 * 60_000;
const FORCE_GAP_MS = 30_000;
const FORCES_A_DAY = 20;
const BEIJING_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const TOKEN_FORM = /^[\w-]{64,512}$/;

/**
 * Creates the tokens of an emulator, none at first.
 *
 * @param createValue returns a new token text, 64 to 512 characters of `[A-Za-z0-9_-]`
 */
export function createTokens(createValue: () => string) {
  const entries = new Map<string, TokenEntry>();
  const apps = new Map<string, AppTokens>();

  function appOf(appid: string): AppTokens {
    const known = apps.get(appid);
    if (known !== undefined) return known;
    const fresh: AppTokens = { sticky: false, forcedAt: [] };
    apps.set(appid, fresh);
    return fresh;
  }

  function issue(appid: string, now: number, seconds: number): TokenEntry {
    const expiresAt = now + seconds * 1000;
    // A token whose validity is shorter than the overlap is renewed after half of it.
    const renewAt = expiresAt - Math.min(OVERLAP_MS, seconds * 500);
    const entry: TokenEntry = {
      value: createValue(),
      appid,
      issuedAt: now,
      expiresAt,
      renewAt,
      acceptedUntil: expiresAt,
    };
    entries.set(entry.value, entry);
    return entry;
  }

  return {
    /**
     * Implements `/cgi-bin/token`: always returns a new token; the old one works for 5 more minutes, if not expired.
     */
    plain(appid: string, now: number, seconds: number): IssuedToken {
      const app = appOf(appid);
      if (app.plain !== undefined) {
        app.plain.acceptedUntil = Math.min(app.plain.acceptedUntil, now + OVERLAP_MS);
      }
      app.plain = issue(appid, now, seconds);
      return issued(app.plain, now);
    },

    /**
     * Implements `/cgi-bin/stable_token`: returns the current token, or a new one if the current one expires within 5
     * minutes, was invalidated (and not by a sticky `kill`), or a refresh is forced. A forced refresh may be refused:
     * 45011 within 30 seconds of the last, 45009 after 20 on one day.
     */
    stable(appid: string, now: number, seconds: number, force: boolean): IssuedToken | { readonly errcode: number } {
      const app = appOf(appid);
      if (force) {
        const refused = forceRefusal(app.forcedAt, now);
        if (refused !== null) return { errcode: refused };
        app.forcedAt = [...app.forcedAt, now];
        if (app.stable !== undefined) app.stable.acceptedUntil = 0;
      }
      const current = app.stable;
      const dead = current !== undefined && current.acceptedUntil <= now && !app.sticky;
      if (current === undefined || force || dead || current.renewAt <= now) {
        app.stable = issue(appid, now, seconds);
        app.sticky = false;
        return issued(app.stable, now);
      }
      return issued(current, now);
    },

    /** Checks an access_token: missing 41001, malformed 40014, expired 42001, unknown or no longer accepted 40001. */
    check(value: string | null, now: number): TokenCheck {
      if (value === null || value === "") return { errcode: 41001 };
      const entry = entries.get(value);
      if (entry === undefined) return { errcode: TOKEN_FORM.test(value) ? 40001 : 40014 };
      if (entry.expiresAt <= now) return { errcode: 42001 };
      return entry.acceptedUntil <= now ? { errcode: 40001 } : { appid: entry.appid };
    },

    /** Returns the app's current tokens, valid or not. */
    list(appid: string, now: number): TokenView[] {
      const { plain, stable } = appOf(appid);
      const view = (endpoint: TokenView["endpoint"], entry: TokenEntry | undefined): TokenView[] => {
        if (entry === undefined) return [];
        const { value, expiresAt, acceptedUntil } = entry;
        return [{ appid, endpoint, value, expiresAt, works: now < acceptedUntil }];
      };
      return [...view("stable_token", stable), ...view("token", plain)];
    },

    /** Invalidates the app's current tokens. If `sticky`, the normal stable call keeps returning the invalid token. */
    kill(appid: string, sticky: boolean): void {
      const app = appOf(appid);
      for (const entry of [app.plain, app.stable]) {
        if (entry !== undefined) entry.acceptedUntil = 0;
      }
      app.sticky = sticky;
    },

    /** Returns the app of a token, valid or not; null for a token that was never issued. */
    ownerOf: (value: string | null): string | null => (value === null ? null : (entries.get(value)?.appid ?? null)),

    /**
     * Corrects the times after the clock was set back to `now`, so that no token or forced refresh is later than `now`.
     */
    setBack(now: number): void {
      for (const entry of entries.values()) {
        const aheadMs = Math.max(0, entry.issuedAt - now);
        entry.issuedAt -= aheadMs;
        entry.expiresAt -= aheadMs;
        entry.renewAt -= aheadMs;
        const { plain, stable } = appOf(entry.appid);
        const latest = entry === plain || entry === stable ? entry.expiresAt : now + OVERLAP_MS;
        entry.acceptedUntil = Math.min(entry.acceptedUntil, entry.expiresAt, latest);
      }
      for (const app of apps.values()) app.forcedAt = app.forcedAt.map((at) => Math.min(at, now));
    },

    /**
     * Ends the effect of a sticky `kill`, and clears the count of forced refreshes. Issued tokens keep working, and
     * invalidated ones stay invalid.
     */
    reset(): void {
      for (const app of apps.values()) {
        app.sticky = false;
        app.forcedAt = [];
      }
    },
  };
}

function issued(entry: TokenEntry, now: number): IssuedToken {
  return { value: entry.value, expiresInSeconds: Math.max(0, Math.floor((entry.expiresAt - now) / 1000)) };
}

/**
 * Returns why a forced refresh is refused. WECHAT.md §6.1 states the limits; which errcode each has, and that the day
 * is in Beijing time, are assumptions.
 */
function forceRefusal(forcedAt: readonly number[], now: number): number | null {
  const last = forcedAt.at(-1);
  if (last !== undefined && now - last < FORCE_GAP_MS) return 45011;
  const today = beijingDay(now);
  return forcedAt.filter((at) => beijingDay(at) === today).length >= FORCES_A_DAY ? 45009 : null;
}

function beijingDay(at: number): number {
  return Math.floor((at + BEIJING_OFFSET_MS) / DAY_MS);
}
