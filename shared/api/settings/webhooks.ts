/**
 * The webhooks of the settings. Their URLs are checked when they are called (`worker/platform/public-url.ts`, which
 * uses the URL class) and when settings are stored; the signing secret is a secret of the worker, never a setting.
 */
import * as v from "valibot";
import { WEBHOOK_EVENTS } from "../webhook-events.ts";
import { problemWithCure } from "./problems.ts";

const MAX_WEBHOOKS = 5;
const MAX_URL = 2_048;

/** An id; the cursors of all conversations are stored under it, so a new id starts with new cursors. */
export const WebhookIdSchema = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9_-]{1,32}$/,
    problemWithCure("is not a webhook id", "use 1 to 32 letters, digits, hyphens or underscores, without spaces"),
  ),
);

/** One endpoint. */
export const WebhookSchema = v.strictObject({
  id: WebhookIdSchema,
  url: v.pipe(
    v.string(),
    v.maxLength(MAX_URL, problemWithCure(`has more than ${MAX_URL} characters`, "use a shorter URL")),
  ),
  /** Default: all types. */
  events: v.exactOptional(
    v.pipe(
      v.array(
        v.picklist(
          WEBHOOK_EVENTS,
          problemWithCure("is not an event type", `use some of: ${WEBHOOK_EVENTS.join(", ")}`),
        ),
      ),
      v.maxLength(WEBHOOK_EVENTS.length, problemWithCure("lists an event more than once", "list each event once")),
    ),
    [...WEBHOOK_EVENTS],
  ),
  /**
   * true: in events and questions, personal data in texts is masked, the user's id is masked except its last four
   * characters, and the platform's own fields are missing. Default: nothing is masked.
   */
  mask: v.exactOptional(v.boolean()),
});

/** The endpoints. An endpoint with an empty `events` list only answers webhook questions of rules. */
export const WebhooksSchema = v.pipe(
  v.array(WebhookSchema),
  v.maxLength(
    MAX_WEBHOOKS,
    problemWithCure(`has more than ${MAX_WEBHOOKS} webhooks`, "let one server forward the events"),
  ),
);

/** One endpoint of the settings. */
export type Webhook = v.InferOutput<typeof WebhookSchema>;

/** Returns the ids of the webhooks that receive events; the others only answer webhook questions. */
export function findListeners(webhooks: readonly Webhook[]): readonly string[] {
  return webhooks.filter(({ events }) => events.length > 0).map(({ id }) => id);
}
