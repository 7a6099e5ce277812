/**
 * Compiled by `npm run check`, never run: the one declaration in `shared/app-context.ts` types the page, the shop's
 * back end, the worker's handlers and the path of a card, and a wrong field is a compile error in each. If the compiler
 * accepted one, the unused `@ts-expect-error` would be an error.
 */
import { signContext } from "../../client/index.ts";
import type { AppContext, AppRoutes, VerifiedContext } from "../../shared/app-context.ts";
import { buildCardPath } from "../../shared/entry/card-path.ts";
import { encodeSessionFrom } from "../../shared/entry/session-from.ts";
import type { Handlers } from "../../worker/automation/handler-context.ts";

/** True when two types are equivalent: each is assignable to the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

// The page: what it sends about itself.
encodeSessionFrom<AppContext>({ page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } });
// @ts-expect-error a product has a name
encodeSessionFrom<AppContext>({ page: "pages/product/index", product: { id: "42" } });
// @ts-expect-error the price is a number
encodeSessionFrom<AppContext>({ page: "p", product: { id: "42", name: "杯", price: "128" } });
// @ts-expect-error no such field
encodeSessionFrom<AppContext>({ page: "p", product: { id: "42", name: "杯", colour: "青" } });
// @ts-expect-error a phone cannot say who is a VIP
encodeSessionFrom<AppContext>({ page: "p", user: { nickname: "茶", vip: 9 } });
// @ts-expect-error a context is an object
encodeSessionFrom("page=cart");

// The shop's back end: what it signs, with the same key as the worker's.
const about = { openid: "o", expiresAt: Date.now() + 3_600_000 };
await signContext("key", { ...about, context: { user: { id: "u1", vip: 3 }, priority: "high" } });
// @ts-expect-error the level is a number
await signContext("key", { ...about, context: { user: { vip: "gold" } } });
// @ts-expect-error no such priority
await signContext("key", { ...about, context: { priority: "urgent" } });
// @ts-expect-error no such field
await signContext("key", { ...about, context: { vip: 3 } });
// @ts-expect-error a token is for one user
await signContext("key", { context: {}, expiresAt: about.expiresAt });

// The worker: its handlers get the same types.
export const onEnter: Handlers["onEnter"] = (_event, { context: { claimed, verified }, user }) => {
  true satisfies Same<typeof claimed, AppContext | null>;
  true satisfies Same<typeof verified, VerifiedContext | null>;
  const shown: string = claimed?.product?.name ?? user;
  // @ts-expect-error no such field
  const title = claimed?.product?.title;
  // @ts-expect-error only `verified` contains the identity of a user
  const level = claimed?.user?.vip;
  // @ts-expect-error `verified` may be absent
  const sure = verified.user;
  return void [shown, title, level, sure, verified?.user?.vip];
};
// A message has no context: the handler runs before the conversation is called, which stores the context.
export const onMessage: Handlers["onMessage"] = (_message, ctx) => {
  // @ts-expect-error only enter events have a context
  return void ctx.context;
};

// The card: the pages, and the parameters of each.
buildCardPath<AppRoutes, "pages/product/index">("pages/product/index", { id: "42" });
buildCardPath<AppRoutes, "pages/home/index">("pages/home/index", {});
// @ts-expect-error there is no such page
buildCardPath<AppRoutes, "pages/cart/index">("pages/cart/index", {});
// @ts-expect-error this page requires an id
buildCardPath<AppRoutes, "pages/product/index">("pages/product/index", {});
// @ts-expect-error the id is a text
buildCardPath<AppRoutes, "pages/order/index">("pages/order/index", { id: 42 });
// @ts-expect-error the home page has no query
buildCardPath<AppRoutes, "pages/home/index">("pages/home/index", { id: "42" });
