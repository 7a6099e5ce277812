/**
 * The state of the account object. The modules beside this one decide on it, with time and randomness as arguments.
 * Decided in docs/design/0005-facts-and-decisions.md (pauses) and docs/design/0010-one-token-owner.md (token).
 */

import type { PauseReach } from "../../../shared/message/delivery.ts";
import type { ConsumerCursors } from "../../conversation/core/consumer-cursor.ts";
import type { ForwardHealth } from "../../forwarding/core/server-health.ts";
import type { WebhookHealths } from "../../webhooks/core/endpoint-health.ts";
import { NO_WEBHOOKS, type ListedWebhooks } from "../../webhooks/core/listed-webhooks.ts";
import { NO_MILESTONES, type Milestones } from "./milestones.ts";
import type { Refusals } from "./pause.ts";
import type { StaleSeries } from "./stale-pushes.ts";
import type { Trouble } from "./trouble.ts";

/** The token, the failures and the schedule of one account. Times in epoch ms, 0 = never. */
export interface AccountState {
  readonly token: string | null;
  readonly expiresAt: number;
  /** When to fetch the next token in the background; null while no caller uses the token. */
  readonly refreshAt: number | null;
  /** The last token that WeChat refused; it is never returned again. */
  readonly rejected: string | null;
  /** The id of the send for which WeChat refused that token; empty when unknown. */
  readonly rejectedBy: string;
  /** When that refusal was reported. */
  readonly rejectedAt: number;
  readonly pausedUntil: number;
  readonly pauseCode: string;
  /** What the pause stops. */
  readonly pauseReach: PauseReach;
  /** Increases with each change of the pause: readers keep the newest version they have read. */
  readonly pauseVersion: number;
  /** When to wake or remove conversations that wait for the account; null while no conversation waits. */
  readonly releaseAt: number | null;
  /** The messages that were refused with codes that pause. */
  readonly refusals: Refusals;
  /** The Beijing day of the last forced refresh, counted from 1970, and the number of forced refreshes on that day. */
  readonly forceDay: number;
  readonly forceCount: number;
  readonly forcedAt: number;
  /** Set when the token endpoint refused: no call before this time, unless the secret was changed. */
  readonly refusedUntil: number;
  readonly refusedCode: string;
  /** A short hash of the refused secret. */
  readonly refusedSecret: string;
  /** The time the alarm is set to; null when it is not set. */
  readonly alarmAt: number | null;
  /** The health of the webhook endpoints that have failures. */
  readonly webhooks: WebhookHealths;
  /** The webhooks of the newest settings that callers have read. */
  readonly listed: ListedWebhooks;
  /** The cursor of each webhook in the account events; empty while the settings contain no webhook for them. */
  readonly appWebhooks: ConsumerCursors;
  /** The failures of the team's own push server; null when none is recorded. */
  readonly forward: ForwardHealth | null;
  readonly milestones: Milestones;
  /** Pushes rejected because of their signed timestamp; null: none yet. */
  readonly stale: StaleSeries | null;
  /**
   * Consecutive calls of the token endpoint that returned no token; null: the last one returned a token, or there was
   * none.
   */
  readonly tokenTrouble: Trouble | null;
  /** Consecutive failed sends, as reported by isolates; null: none. */
  readonly sends: Trouble | null;
}

/** The state before the first write. */
export const NEW_ACCOUNT: AccountState = {
  token: null,
  expiresAt: 0,
  refreshAt: null,
  rejected: null,
  rejectedBy: "",
  rejectedAt: 0,
  pausedUntil: 0,
  pauseCode: "",
  pauseReach: "account",
  pauseVersion: 0,
  releaseAt: null,
  refusals: {},
  forceDay: 0,
  forceCount: 0,
  forcedAt: 0,
  refusedUntil: 0,
  refusedCode: "",
  refusedSecret: "",
  alarmAt: null,
  webhooks: {},
  listed: NO_WEBHOOKS,
  appWebhooks: {},
  forward: null,
  milestones: NO_MILESTONES,
  stale: null,
  tokenTrouble: null,
  sends: null,
};
