/** The types of the team's code and of its arguments. Types only. */
import type { ContextSchemas, PageContext } from "../../shared/entry/page-context.ts";
import type { Address, ChannelAccount } from "../../shared/message/address.ts";
import type { AccountEvent, EnterAction, UserMessage } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";
import type { RawFields } from "../../shared/message/raw.ts";

/** The actions of a message handler. The last call is used; without a call the rules apply. */
export interface MessageHandlerContext extends Address {
  /** Answers with one or more messages; a string is a text. Throws for a message that the platform would refuse. */
  reply(...messages: readonly (string | Outbound)[]): void;
  /** Asks for an agent: with the desk the user is queued; else the conversation is handed to WeChat's own agents. */
  handOver(): void;
  /** Sends no answer and applies no rule. */
  silent(): void;
  /**
   * A value that the platform requires in each reply: for a mini program the sub-merchant (BusinessId). Absent: none.
   */
  readonly replyContext?: string;
  readonly env: Env;
  /** Aborted when the handler exceeds its time limit or throws: pass it to fetch. */
  readonly signal: AbortSignal;
}

/** The actions of a handler when a user enters the chat. */
export interface EnterHandlerContext extends MessageHandlerContext {
  /**
   * Where the user came from, typed by `shared/app-context.ts`: the context set by the page, and the one signed by the
   * shop's back end.
   */
  readonly context: PageContext;
}

/** The handlers, in `worker/custom/handlers.ts`. */
export interface Handlers {
  readonly onMessage: (message: UserMessage, ctx: MessageHandlerContext) => Promise<void> | void;
  readonly onEnter: (event: EnterAction, ctx: EnterHandlerContext) => Promise<void> | void;
}

/** An account event as passed to `onEvent`: `fields` contains the platform's fields under their own names. */
export type HandledAccountEvent = Omit<AccountEvent, "raw"> & { readonly fields: RawFields };

/** The arguments of `onEvent`. */
export interface EventHandlerContext extends ChannelAccount {
  /** The user the event is about, or the platform's own push user; null when it names none. */
  readonly user: string | null;
  readonly env: Env;
  /** Aborted when the handler exceeds its time limit or throws: pass it to fetch. */
  readonly signal: AbortSignal;
}

/** The functions a team writes in `worker/custom/handlers.ts`. */
export interface EventHandlers {
  readonly onEvent?: (event: HandledAccountEvent, ctx: EventHandlerContext) => Promise<void> | void;
}

/** The team's code, as passed by `worker/index.ts`. */
export interface TeamCode {
  readonly handlers: Handlers & EventHandlers;
  /** The declarations of `shared/app-context.ts`. */
  readonly context: ContextSchemas;
}
