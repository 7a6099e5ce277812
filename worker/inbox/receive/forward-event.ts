/**
 * Forwards a stored push of a configured kind: the team's own push server answers it, and the route returns that answer
 * to the platform (docs/design/forwarding.md). WeChat's timeout of five seconds covers storing the push, forwarding it,
 * and storing the answer. Loaded by `import()`: most deployments forward nothing.
 */
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { isAccountEvent } from "../../../shared/message/account-event.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import type { ForwardConfig } from "../../config/forwarding-config.ts";
import { conversationStub } from "../../conversation/client.ts";
import type { RelayedAnswer } from "../../conversation/rpc.ts";
import { isNewsOfForward, type ForwardMemory, type ForwardReport } from "../../forwarding/core/server-health.ts";
import { forwardPush } from "../../forwarding/forward-push.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { callUntil } from "../../platform/object-call.ts";
import type { RequestServices } from "../services.ts";
import type { DatedEvent } from "./late-events.ts";
import { STORE_TIMEOUT_MS, type ReceiveOutcome } from "./receive-event.ts";

/** Timeout of the team's server, milliseconds. */
const FORWARD_TIMEOUT_MS = 4_000;
/** The call must end within this time after the push arrived, milliseconds. */
const FORWARD_END_MS = 4_500;
/** The answer must be stored within this time after the push arrived, milliseconds. */
const KEEP_END_MS = 4_900;
/** Timeout of a report of the server's health, milliseconds. */
const REPORT_TIMEOUT_MS = 1_500;

/** A push to be forwarded: it is stored, or belongs to an erased user. */
export interface StoredPush {
  readonly inbound: InboundEvent;
  readonly arrived: DatedEvent;
  readonly accepted: ReceiveOutcome;
  readonly request: ForwardedRequest;
}

/** The body of the request, unchanged. */
export interface ForwardedRequest {
  /** The query with its `?`; empty without one. */
  readonly search: string;
  readonly contentType: string | undefined;
  /** Encrypted or plain. */
  readonly body: string;
  /** Whether another worker has already forwarded it. */
  readonly isForwarded: boolean;
}

/**
 * Why there is no answer to return: the URL leads back to this worker, no answer arrived in time, or it could not be
 * stored.
 */
export type RelayProblem = "loop" | "no_answer";

/** The object that stores the push and the answer. */
interface ForwardedAnswerStore {
  relayed(key: string, answer: RelayedAnswer | null): Promise<RelayedAnswer | null>;
}

const memory: ForwardMemory = new Map();
const encoder = new TextEncoder();

/**
 * Forwards a stored push and returns the answer. A repeat gets the same answer without being forwarded again. Never
 * rejects. The caller registers it with `waitUntil`, so that the answer is stored for a repeat even if WeChat closes the
 * connection.
 */
export async function relayPush(
  services: RequestServices,
  forward: ForwardConfig,
  push: StoredPush,
): Promise<Result<RelayedAnswer, RelayProblem>> {
  const started = Date.now();
  const { accountConfig, requestId } = services;
  const { inbound, arrived, accepted, request } = push;
  const done = (outcome: string, status?: number) =>
    writeLog("forward", {
      requestId,
      ...miniProgramAccount(accountConfig.appid),
      name: inbound.name,
      outcome,
      status,
      ms: Date.now() - started,
    });
  if (request.isForwarded) {
    writeLog("forward_loop", {
      ...miniProgramAccount(accountConfig.appid),
      cure: "WECHAT_FORWARD_URL leads back to this worker: set it to your own push server",
    });
    return err("loop");
  }
  const conversation = answerStoreOf(services, push);
  try {
    const before =
      accepted.outcome !== "new"
        ? await callUntil("relayed", arrived.arrivedAt + STORE_TIMEOUT_MS, () =>
            conversation().relayed(arrived.key, null),
          )
        : null;
    if (before !== null) {
      done("replayed");
      return ok(before);
    }
    const answer = await forwardOnce(services, forward, push);
    if (!answer.ok) {
      done(answer.error.reason, answer.error.status);
      return err("no_answer");
    }
    const deadline = arrived.arrivedAt + KEEP_END_MS;
    const kept = await callUntil("relayed", deadline, () => conversation().relayed(arrived.key, answer.value));
    done("relayed");
    return ok(kept ?? answer.value);
  } catch (error) {
    // An answer that could not be stored is not returned, because a repeat would be forwarded again and might get
    // another answer.
    done(errorName(error));
    return err("no_answer");
  }
}

async function forwardOnce(services: RequestServices, forward: ForwardConfig, push: StoredPush) {
  const { accountConfig, config } = services;
  const { arrived, request } = push;
  const { search, contentType } = request;
  const allowPrivate = config.allowPrivateWebhooks;
  const deps = { fetch: (url: string, init: RequestInit) => fetch(url, init), allowPrivate };
  const timeoutMs = Math.min(FORWARD_TIMEOUT_MS, arrived.arrivedAt + FORWARD_END_MS - Date.now());
  const raw = {
    search,
    contentType,
    // The body was decoded as UTF-8 without loss, so these are the received bytes.
    body: new Uint8Array(encoder.encode(request.body)),
  };
  const answer = await forwardPush(deps, forward.url, raw, Math.max(0, timeoutMs));
  const report: ForwardReport = answer.ok ? { ok: true } : { ok: false, ...answer.error };
  if (isNewsOfForward(memory, accountConfig.appid, report.ok, Date.now())) {
    services.waitUntil(reportForward(services, report));
  }
  return answer;
}

/** Reports the health of the server to the account, after the response. Never rejects. */
async function reportForward({ accountConfig, account }: RequestServices, report: ForwardReport): Promise<void> {
  try {
    await withTimeout(REPORT_TIMEOUT_MS, account().forwardHealth(report));
  } catch (error) {
    writeLog("forward_not_reported", { ...miniProgramAccount(accountConfig.appid), error: errorName(error) });
  }
}

/**
 * Returns a function that creates a new stub of the object that stores the push; a stub whose connection broke never
 * works again.
 */
function answerStoreOf(
  { account, directory }: RequestServices,
  { inbound, arrived }: StoredPush,
): () => ForwardedAnswerStore {
  if (isAccountEvent(inbound)) return account;
  return () => conversationStub(directory, arrived);
}
