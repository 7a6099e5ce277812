/**
 * Runs the team's handlers: with a time limit, their answer validated like every message, their failures logged and
 * skipped. An answer becomes a candidate, like that of a rule.
 */
import type { TokenVerdict } from "../../shared/entry/context-token.ts";
import { showContext, typeContext } from "../../shared/entry/page-context.ts";
import type { Address } from "../../shared/message/address.ts";
import type { ChannelRules, GrantOpening } from "../../shared/message/channel-rules.ts";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import { parseOutbound, type Outbound } from "../../shared/message/outbound.ts";
import { isSendable } from "../../shared/message/parts.ts";
import type { Action, Candidate } from "../conversation/core/candidate.ts";
import { TIMED_OUT, raceTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { withoutRepeatedLinks } from "./core/repeated-links.ts";
import type { MessageHandlerContext, TeamCode } from "./handler-context.ts";

/** Time limit of a handler, milliseconds. WeChat waits five seconds for the whole push. */
export const HANDLER_TIMEOUT_MS = 1_500;

/**
 * Runs the handler for a push: `onMessage` for a message of a known type, `onEnter` when a user enters the chat.
 *
 * @returns the handler's answer; undefined when no handler is called, or when the handler gives no answer, fails,
 *   exceeds the time limit, or gives an answer that is too long to be sent
 */
export async function runHandlers(
  team: TeamCode,
  inbound: InboundEvent,
  context: {
    /** The user who wrote, and the account. */
    readonly address: Address;
    /** The rules of the account's channel. */
    readonly rules: ChannelRules;
    readonly env: Env;
    readonly requestId: string;
    /**
     * The grant that the event opens, which limits the number of messages in an answer. Without a grant, the limit is
     * that of a message.
     */
    readonly grant?: GrantOpening | undefined;
    readonly replyContext?: string | undefined;
    /** The result of verifying an enter event's token. */
    readonly contextVerdict?: TokenVerdict | undefined;
  },
): Promise<Candidate | undefined> {
  const call = findHandler(team, inbound, context.contextVerdict);
  if (call === undefined) return undefined;
  const { channel, account, user } = context.address;
  const { replyContext } = context;
  // Created only when the signal is read: most handlers await nothing.
  let stop: AbortController | undefined;
  let action: Action | undefined;
  const ctx: MessageHandlerContext = {
    reply: (...messages) => {
      action = { type: "reply", messages: messages.map((message) => checkReply(message, inbound, context)) };
    },
    handOver: () => {
      action = { type: "handover" };
    },
    silent: () => {
      action = { type: "silent" };
    },
    channel,
    account,
    user,
    ...(replyContext !== undefined && { replyContext }),
    env: context.env,
    get signal() {
      stop ??= new AbortController();
      return stop.signal;
    },
  };
  try {
    await awaitHandler(call(ctx));
  } catch (error) {
    (stop ??= new AbortController()).abort();
    writeLog("handler_failed", { requestId: context.requestId, name: inbound.name, error: describe(error) });
    return undefined;
  }
  if (action?.type === "reply" && !isSendable(action.messages, context.rules, context.grant?.name ?? "message")) {
    writeLog("handler_failed", { requestId: context.requestId, name: inbound.name, error: "answer_too_long" });
    return undefined;
  }
  return action && { ruleId: "handler", isHandler: true, action };
}

function findHandler(
  { handlers, context: schemas }: TeamCode,
  inbound: InboundEvent,
  verdict: TokenVerdict | undefined,
): ((ctx: MessageHandlerContext) => Promise<void> | void) | undefined {
  if (inbound.event === "message" && inbound.type !== "unknown") return (ctx) => handlers.onMessage(inbound, ctx);
  if (inbound.event !== "action" || inbound.type !== "enter") return undefined;
  return (ctx) => {
    const context = typeContext(showContext(inbound.entryText, verdict), schemas);
    return handlers.onEnter(inbound, { ...ctx, context });
  };
}

/**
 * Validates one message of a handler's reply, after links repeated from the user's words have become text.
 *
 * @throws HandlerReplyError when the platform would refuse the message
 */
function checkReply(
  message: string | Outbound,
  inbound: InboundEvent,
  {
    address,
    rules,
    contextVerdict,
  }: {
    readonly address: Address;
    readonly rules: ChannelRules;
    readonly contextVerdict?: TokenVerdict | undefined;
  },
): Outbound {
  const input: Outbound = typeof message === "string" ? { type: "text", content: message } : message;
  const safe = withoutRepeatedLinks(input, inbound, contextVerdict);
  const parsed = parseOutbound(safe, rules, address.account);
  if (!parsed.ok) throw new HandlerReplyError(parsed.error.field, parsed.error.message);
  return parsed.value;
}

const WAITING = Symbol("waiting");

async function awaitHandler(work: Promise<void> | void): Promise<void> {
  // Most handlers end without awaiting; a timer is started only for a handler that awaits something.
  if ((await Promise.race([work, Promise.resolve(WAITING)])) !== WAITING) return;
  if ((await raceTimeout(HANDLER_TIMEOUT_MS, Promise.resolve(work))) === TIMED_OUT) throw new HandlerTimeoutError();
}

/** Thrown when a handler exceeds its time limit. */
class HandlerTimeoutError extends Error {
  override readonly name = "HandlerTimeoutError";
  readonly code = "handler_timeout";
}

/** Thrown when a handler's reply is a message that the platform would refuse. */
class HandlerReplyError extends Error {
  override readonly name = "HandlerReplyError";
  readonly code = "handler_reply";

  constructor(field: string, problem: string) {
    super(`reply: ${field} ${problem}`);
  }
}

/**
 * Describes an error for the log: an invalid reply with its problem, any other error by name, because the text of the
 * team's errors may contain anything.
 */
function describe(error: unknown): string {
  if (error instanceof HandlerReplyError) return error.message;
  return errorName(error);
}
