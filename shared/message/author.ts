/**
 * Who wrote a message, or did what a row records. The source by which the outbox decides is derived from it.
 */
import type { Inbound } from "./inbound.ts";
import type { Source } from "./source.ts";

/** The types of authors, each with the source of the messages that it queues. */
const AUTHORS = {
  /** The user; queues nothing. */
  user: "api",
  /** A rule of the settings; its id is the rule's. */
  rule: "auto",
  /** The team's own code. */
  handler: "auto",
  /** A person or program through the API. */
  api: "api",
  /** An agent of the desk; its id is the agent's. */
  agent: "agent",
  /** A bot that answers by itself. */
  bot: "bot",
  /** An agent in the platform's own tool; queues nothing. */
  external: "agent",
  /** The worker or the platform. */
  system: "auto",
} as const satisfies Record<string, Source>;

/** The type of an author. */
type AuthorType = keyof typeof AUTHORS;

/** Who wrote or did something. */
export interface Author {
  readonly type: AuthorType;
  /** Of a rule or an agent. */
  readonly id?: string;
}

/** The author of what the worker or the platform does by itself. */
export const SYSTEM: Author = { type: "system" };

/** The author of an event, by what it is. */
const EVENT_AUTHORS = {
  message: "user",
  action: "user",
  control: "external",
  receipt: "system",
  recall: "user",
  revocation: "user",
  "account-event": "system",
} as const satisfies Record<Inbound["event"], AuthorType>;

/** The source of the messages that an author queues. */
export function sourceOf({ type }: Author): Source {
  return AUTHORS[type];
}

/** The author of an event. */
export function authorOf({ event }: Inbound): Author {
  return { type: EVENT_AUTHORS[event] };
}
