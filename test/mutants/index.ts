/** All mutants, subject by subject, promises first. */
import type { PromiseId } from "../promises.ts";
import { ANSWERS } from "./answers.ts";
import { APP_EVENTS } from "./app-events.ts";
import { BLANK_TEXTS } from "./blank-texts.ts";
import { BOUNDED_READS } from "./bounded-reads.ts";
import { CLOCK } from "./clock.ts";
import { ERASURE } from "./erasure.ts";
import { DEADLINES } from "./deadlines.ts";
import { COMMANDS } from "./commands.ts";
import { HANDLED_ONCE } from "./handled-once.ts";
import { HOSTILE_INPUT } from "./hostile-input.ts";
import { KEPT_AND_FORGOTTEN } from "./kept-and-forgotten.ts";
import { KIT } from "./kit.ts";
import { LIFTED_PAUSES } from "./lifted-pauses.ts";
import { LIMITS } from "./limits.ts";
import type { Mutant, MutantTable } from "./mutant.ts";
import { ORDER } from "./order.ts";
import { PAUSES } from "./pauses.ts";
import { REPLAY } from "./replay.ts";
import { REPLY_WINDOW } from "./reply-window.ts";
import { REST_API } from "./rest-api.ts";
import { SECRETS } from "./secrets.ts";
import { STORED_BEFORE_ANSWERED } from "./stored-before-answered.ts";
import { TOKEN_OWNER } from "./token.ts";
import { TYPED_TEXTS } from "./typed-text.ts";
import { UNCONFIRMED } from "./unconfirmed.ts";
import { WEBHOOK_LOSSES } from "./webhook-losses.ts";
import { WEBHOOKS_RULE } from "./webhooks.ts";
import { WECHAT_TROUBLE } from "./wechat-trouble.ts";

/** The tables. */
export const TABLES: readonly MutantTable[] = [
  STORED_BEFORE_ANSWERED,
  UNCONFIRMED,
  HANDLED_ONCE,
  HOSTILE_INPUT,
  TYPED_TEXTS,
  REPLAY,
  REPLY_WINDOW,
  ORDER,
  WECHAT_TROUBLE,
  PAUSES,
  LIFTED_PAUSES,
  CLOCK,
  DEADLINES,
  TOKEN_OWNER,
  SECRETS,
  LIMITS,
  BLANK_TEXTS,
  BOUNDED_READS,
  KEPT_AND_FORGOTTEN,
  ERASURE,
  REST_API,
  WEBHOOKS_RULE,
  WEBHOOK_LOSSES,
  APP_EVENTS,
  ANSWERS,
  KIT,
  COMMANDS,
];

/** Every mutant, in the order of the tables. */
export const MUTANTS: readonly Mutant[] = TABLES.flatMap(({ mutants }) => mutants);

/** The mutants that break a promise. */
export function mutantsOf(promise: PromiseId): readonly Mutant[] {
  return MUTANTS.filter((mutant) => mutant.promise === promise);
}
