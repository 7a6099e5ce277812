/**
 * Lifts a pause from the worker: one waiting message is sent although the account is paused (test send). Only when
 * WeChat accepts it, or refuses only that message, does the account object lift the pause and wake the other
 * conversations.
 */
import { miniProgramAccount, miniProgramAddress } from "../../../shared/message/address.ts";
import type { AttemptOutcome } from "../../../shared/message/delivery.ts";
import { accountMemory, rememberPause } from "../../account/memory.ts";
import { conversationStub, conversationStubById, LEASED_CALL_MS, settleStored } from "../../conversation/client.ts";
import type { DeskTerms } from "../../conversation/core/session/service.ts";
import type { LeasedMessage } from "../../conversation/rpc.ts";
import { conversationTag } from "../../platform/logger.ts";
import type { RequestServices } from "../services.ts";
import { readDeskTerms } from "../session/session-code.ts";
import { deliverChain } from "./chain.ts";
import { createReports } from "./reports.ts";

/** The result of the test send. */
export interface Trial {
  /**
   * `none`: no message was waiting · `sent`: WeChat accepted it · `message_refused`: WeChat refused only that message ·
   * `refused`: WeChat refused the whole account again, and the pause stays in force · `unknown`: WeChat did not answer,
   * and the pause stays in force · `running`: another test send is in progress · `no_token`: there is no access token.
   */
  readonly outcome: "none" | "sent" | "message_refused" | "refused" | "unknown" | "running" | "no_token";
  /** WeChat's errcode. */
  readonly code?: string;
}

/** Tries to lift the pause of an account. Idempotent: an account without a pause does not change. */
export async function resumeAccount(services: RequestServices): Promise<Trial> {
  const { account, credential } = services;
  const start = await account().beginResume();
  if (start.step === "running") return { outcome: "running" };
  if (start.step === "no_token") {
    return { outcome: "no_token", ...(start.problem.reason === "refused" && { code: start.problem.code }) };
  }
  if (start.step === "open") {
    await endResume(services, null, { outcome: "none" });
    return { outcome: "none" };
  }
  let trial: Trial = { outcome: "none" };
  try {
    // The token error cached in this isolate is older than the answer of the object.
    accountMemory.set(credential, { ...accountMemory.get(credential), problem: undefined });
    trial = await tryOne(services, start.candidates);
  } finally {
    await endResume(services, start.pauseVersion, trial);
  }
  return trial;
}

/** Ends the test send in the account object and updates this isolate's cached pause. */
async function endResume(
  { account, credential }: RequestServices,
  pauseVersion: number | null,
  { outcome }: Trial,
): Promise<void> {
  const isSent = outcome === "sent";
  const isAccepted = isSent || outcome === "none" || outcome === "message_refused";
  rememberPause(accountMemory, credential, await account().endResume(pauseVersion, isAccepted, isSent));
}

/**
 * Sends the first message found, oldest conversation first. When WeChat refuses only that message, the result shows
 * nothing about the account, so the next message is tried.
 */
async function tryOne(services: RequestServices, candidates: readonly string[]): Promise<Trial> {
  // The settings are read before the lease, so that the leased attempt does not wait for them.
  const desk = await readDeskTerms(services);
  for (const id of candidates) {
    const { namespace, locationHint } = services.directory;
    const lease = await conversationStubById(namespace, id, { locationHint }).leaseTrial(crypto.randomUUID(), desk);
    if (lease === null) continue;
    const outcome = await deliverTrial(services, id, lease, desk);
    if (outcome?.result === "rejected" && outcome.aloneMs !== undefined) continue;
    return toTrial(outcome);
  }
  return { outcome: "none" };
}

/** Delivers the message, and no message after it. Returns the outcome that was recorded; undefined: none. */
async function deliverTrial(
  services: RequestServices,
  id: string,
  lease: LeasedMessage,
  desk: DeskTerms | undefined,
): Promise<AttemptOutcome | undefined> {
  const { accountConfig, directory, requestId } = services;
  const address = miniProgramAddress(accountConfig.appid, lease.user);
  const tag = conversationTag(directory.namespace.idFromString(id));
  let trial: AttemptOutcome | undefined;
  await deliverChain(lease, {
    ...createReports(services, id, (pause) => conversationStub(directory, address).resume(pause, 0)),
    deliver: services.createTrialDeliver(),
    settle: (seq, attempt, outcome) => {
      trial = outcome;
      return settleStored(directory, address, { seq, attempt, outcome, next: null, ...(desk && { desk }) });
    },
    until: Date.now() + LEASED_CALL_MS,
    fields: { requestId, ...miniProgramAccount(accountConfig.appid), conversation: tag, via: "trial" },
  });
  return trial;
}

function toTrial(outcome: AttemptOutcome | undefined): Trial {
  if (outcome?.result === "accepted") return { outcome: "sent" };
  if (outcome?.result === "not_sent" && outcome.reason === "no_token") {
    return { outcome: "no_token", ...(outcome.code !== undefined && { code: outcome.code }) };
  }
  if (outcome?.result !== "rejected") return { outcome: "unknown" };
  const { code, reaction } = outcome;
  switch (reaction) {
    case "rate":
    case "quota":
    case "stop":
      return { outcome: "refused", code };
    case "retry":
    case "outage":
      // WeChat was busy, or the token was replaced during the test send: whether the account may send is unknown.
      return { outcome: "unknown", code };
    case "used":
    case "closed":
    case "media":
    case "user":
    case "fix":
      return { outcome: "message_refused", code };
  }
}
