/**
 * The webhooks of the settings. Whether an address is allowed is judged where it is called (`worker/platform/public-url.ts`,
 * which has the URL class) and when settings are stored; the signing secret is a secret of the Worker, never a setting.
 */
import * as v from "valibot";
import { WEBHOOK_EVENTS } from "../webhook-events.ts";
import { problemWithCure } from "./problems.ts";

const MAX_WEBHOOKS = 5;
const MAX_URL = 2_048;

/** An id: the cursors of all conversations are kept under it, so a changed id begins anew. */
export const WebhookIdSchema = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9_-]{1,32}$/,
    problemWithCure("is not a webhook id", "use 1 to 32 letters, digits, hyphens or underscores, without spaces"),
  ),
);

/** One endpoint. */
const WebhookSchema = v.strictObject({
  id: WebhookIdSchema,
  url: v.pipe(
    v.string(),
    v.maxLength(MAX_URL, problemWithCure(`has more than ${MAX_URL} characters`, "use a shorter address")),
  ),
  /** Default: all of them. */
  events: v.exactOptional(
    v.pipe(
      v.array(
        v.picklist(
          WEBHOOK_EVENTS,
          problemWithCure("is not an event type", `use some of: ${WEBHOOK_EVENTS.join(", ")}`),
        ),
      ),
      v.maxLength(WEBHOOK_EVENTS.length, problemWithCure("lists an event twice", "list each once")),
    ),
    [...WEBHOOK_EVENTS],
  ),
});

/** The endpoints. An empty `events` means an endpoint that is only asked by rules. */
export const WebhooksSchema = v.pipe(
  v.array(WebhookSchema),
  v.maxLength(
    MAX_WEBHOOKS,
    problemWithCure(`has more than ${MAX_WEBHOOKS} webhooks`, "let one server pass the events on"),
  ),
);

/** One endpoint of the settings. */
export type Webhook = v.InferOutput<typeof WebhookSchema>;

/** The ids of the webhooks that receive events; the others only answer for rules. */
export function findListeners(webhooks: readonly Webhook[]): readonly string[] {
  return webhooks.filter(({ events }) => events.length > 0).map(({ id }) => id);
}
