/**
 * The pure decisions of the account object: how long failures pause the account, when a token refresh may be forced,
 * when the alarm is due next. Time and randomness are arguments. Decided in docs/design/0005-facts-and-decisions.md
 * (pauses) and docs/design/0010-one-token-owner.md (token).
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

/** The object's record of its token and its failures. Times in epoch ms, 0 = never. */
export interface AccountState {
  readonly token: string | null;
  readonly expiresAt: number;
  /** When to fetch the next token in the background; null while no caller needs one. */
  readonly refreshAt: number | null;
  /** The last token WeChat refused: never handed out again. */
  readonly rejected: string | null;
  /** The send that was refused with it; empty when unknown. */
  readonly rejectedBy: string;
  /** When that refusal was reported. */
  readonly rejectedAt: number;
  readonly pausedUntil: number;
  readonly pauseCode: string;
  /** The reach of the pause. */
  readonly pauseReach: PauseReach;
  /** Grows with each change of the pause: readers keep the newest version they have read. */
  readonly pauseVersion: number;
  /** When to wake or forget conversations that wait for the account; null while no conversation waits. */
  readonly releaseAt: number | null;
  /** Which messages were refused by errcodes that pause. */
  readonly refusals: Refusals;
  /** The Beijing day of the last forced refresh, counted from 1970, and how many there were on it. */
  readonly forceDay: number;
  readonly forceCount: number;
  readonly forcedAt: number;
  /** The token endpoint refused: no call before this time, unless the secret was changed. */
  readonly refusedUntil: number;
  readonly refusedCode: string;
  /** A short hash of the refused secret. */
  readonly refusedSecret: string;
  /** When the alarm is set for; null when it is not. */
  readonly alarmAt: number | null;
  /** Endpoints with failures. */
  readonly webhooks: WebhookHealths;
  /** The webhooks of the newest settings callers have read. */
  readonly listed: ListedWebhooks;
  /** Each webhook's cursor in the account events; no cursors while the settings list no webhook for them. */
  readonly appWebhooks: ConsumerCursors;
  /** The failures of the team's own push server; null when it has none. */
  readonly forward: ForwardHealth | null;
  readonly milestones: Milestones;
  /** Pushes rejected for the age of their timestamp; null: none yet. */
  readonly stale: StaleSeries | null;
  /** Calls of the token endpoint that returned no token since the last one that did; null: none. */
  readonly tokenTrouble: Trouble | null;
  /** Failed sends with no success between them, as far as isolates report them; null: none. */
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
