/**
 * The page context that this app's pages send to the worker, and the pages a card may open. A team edits this file for
 * its own app.
 *
 * `AppContext` types the page's `session-from`, the worker's enter event and the context of a card; `VerifiedContext`
 * types what the shop's own back end signs (`signContext`); `AppRoutes` types a card's path. Mini-program code imports
 * only types from here, so valibot stays out of its package.
 */
import * as v from "valibot";

const id = v.pipe(v.string(), v.nonEmpty(), v.maxLength(64));
const text = v.pipe(v.string(), v.maxLength(200));

/** The context a page sends. It comes from the user's phone: for display, never for a decision about the user. */
export const AppContextSchema = v.object({
  /** The path of the page, as in app.json. */
  page: text,
  /** The product the page displays; `price` in yuan. */
  product: v.optional(v.object({ id, name: text, price: v.optional(v.number()) })),
  order: v.optional(v.object({ id, status: v.optional(text) })),
  user: v.optional(v.object({ nickname: v.optional(text) })),
});

/** The context the shop's back end signs. Identity, VIP level and priority belong here only. */
export const VerifiedContextSchema = v.object({
  /** `id` is the shop's own user id, `vip` the level. */
  user: v.optional(v.object({ id: v.optional(id), name: v.optional(text), vip: v.optional(v.number()) })),
  order: v.optional(v.object({ id, status: v.optional(text) })),
  priority: v.optional(v.picklist(["normal", "high"])),
});

/** The context a page sends. */
export type AppContext = v.InferOutput<typeof AppContextSchema>;

/** The context the shop's back end signed. */
export type VerifiedContext = v.InferOutput<typeof VerifiedContextSchema>;

/** A page without query parameters. */
type NoQuery = Record<string, never>;

/** The pages a card may open, each with its query. */
export interface AppRoutes {
  readonly "pages/home/index": NoQuery;
  readonly "pages/product/index": { readonly id: string };
  readonly "pages/order/index": { readonly id: string };
  readonly "pages/help/index": NoQuery;
}
