/**
 * The methods of an `Account` object: plain values that cross the RPC boundary. A separate interface, so that callers
 * do not depend on the class, whose comments describe each method.
 */
import type { OwnedAccountEvent } from "../../shared/message/account-event.ts";
import type { Address } from "../../shared/message/address.ts";
import type { RelayedAnswer, AccountPause } from "../conversation/rpc.ts";
import type { ForwardHealth, ForwardReport } from "../forwarding/core/server-health.ts";
import type { WebhookHealths, WebhookReport } from "../webhooks/core/endpoint-health.ts";
import type { ListedWebhooks } from "../webhooks/core/listed-webhooks.ts";
import type { SkippedConversation, SkippedEvents } from "../webhooks/core/skipped.ts";
import type { WebhookStatus } from "../webhooks/records.ts";
import type { AccountFault } from "./core/faults.ts";
import type { Milestone, Milestones } from "./core/milestones.ts";
import type { StalePushReport } from "./core/stale-pushes.ts";
import type { EventOutcome, KeptAccountEvent } from "./events.ts";
import type { SendsReport } from "./faults/sends-report.ts";
import type { ResumeStart, WaitAnswer, WaitingConversation } from "./pause/pause-control.ts";
import type { QuarantinedPush, UnreadablePush } from "./quarantine.ts";
import type { TokenObject } from "./token/published-access.ts";
import type { PersonalCursor, PersonalPage } from "./users/user-records.ts";

/**
 * An account object as its callers see it. Calls about webhooks pass the webhooks of the settings that the caller has
 * read.
 */
export interface AccountRpc extends TokenObject {
  registerWaiting(waiter: WaitingConversation): Promise<WaitAnswer>;
  beginResume(): Promise<ResumeStart>;
  endResume(pauseVersion: number | null, isAccepted: boolean, isSent?: boolean): Promise<AccountPause>;
  recordAccepted(pauseVersion: number): Promise<void>;
  faults(): Promise<readonly AccountFault[]>;
  recordSends(report: SendsReport): Promise<void>;
  followSettings(listed: ListedWebhooks): Promise<void>;
  webhookHealths(listed?: ListedWebhooks): Promise<WebhookHealths>;
  reportWebhook(id: string, report: WebhookReport, listed?: ListedWebhooks): Promise<WebhookHealths>;
  recordSkipped(id: string, events: SkippedEvents, listed?: ListedWebhooks): Promise<void>;
  webhookStatus(listed: ListedWebhooks): Promise<WebhookStatus>;
  skippedConversations(id: string, which: number | string): Promise<readonly SkippedConversation[]>;
  replayed(id: string, read: readonly SkippedConversation[]): Promise<number>;
  dismissSkipped(id: string): Promise<number>;
  forgetConversation(conversation: string): Promise<void>;
  milestones(): Promise<Milestones>;
  recordMilestone(milestone: Milestone): Promise<void>;
  appEvent(
    key: string,
    arrived: OwnedAccountEvent,
    now: number,
    signedAt?: number,
    listed?: ListedWebhooks,
  ): Promise<EventOutcome>;
  appEvents(after: number, limit: number): Promise<readonly KeptAccountEvent[]>;
  replayEvents(id: string, after: number, listed: ListedWebhooks): Promise<number | null>;
  relayed(key: string, answer: RelayedAnswer | null): Promise<RelayedAnswer | null>;
  forwardHealth(report: ForwardReport | null): Promise<ForwardHealth | null>;
  quarantine(push: UnreadablePush): Promise<void>;
  recordStalePush(note: StalePushReport): Promise<void>;
  quarantined(limit: number): Promise<readonly QuarantinedPush[]>;
  recordsOf(address: Address, from: PersonalCursor): Promise<PersonalPage>;
  eraseUser(address: Address): Promise<void>;
}
