/**
 * The author of a message or of what a row records. The source, by which the outbox decides, is derived from the
 * author.
 */
import type { InboundEvent } from "./inbound.ts";
import type { Source } from "./source.ts";

/** The types of authors, each with the source of the messages it queues. */
const AUTHORS = {
  /** The user; queues nothing. */
  user: "api",
  /** A rule of the settings; `id` is the rule's id. */
  rule: "auto",
  /** The team's own handler. */
  handler: "auto",
  /** A person or program through the API. */
  api: "api",
  /** An agent of the desk; `id` is the agent's id. */
  agent: "agent",
  /** A bot that answers without an agent. */
  bot: "bot",
  /** An agent in the platform's own tool; queues nothing. */
  external: "agent",
  /** The worker or the platform. */
  system: "auto",
} as const satisfies Record<string, Source>;

/** The type of an author. */
type AuthorType = keyof typeof AUTHORS;

/** Who wrote a message or caused a row. */
export interface Author {
  readonly type: AuthorType;
  /** The id of the rule or agent; absent for other authors. */
  readonly id?: string;
}

/** The author of actions of the worker or the platform. */
export const SYSTEM: Author = { type: "system" };

/** The author of an event, by the kind of event. */
const EVENT_AUTHORS = {
  message: "user",
  action: "user",
  control: "external",
  receipt: "system",
  recall: "user",
  revocation: "user",
  "account-event": "system",
} as const satisfies Record<InboundEvent["event"], AuthorType>;

/** Returns the source of the messages that an author queues. */
export function sourceOf({ type }: Author): Source {
  return AUTHORS[type];
}

/** Returns the author of an event. */
export function authorOf({ event }: InboundEvent): Author {
  return { type: EVENT_AUTHORS[event] };
}
