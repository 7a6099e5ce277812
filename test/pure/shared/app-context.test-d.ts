/**
 * Compiled, never run (`npm run check`): one declaration in `shared/app-context.ts` types both ends, and a wrong field is
 * a compile error where it is written.
 */
import type { AppContext, AppRoutes } from "../../../shared/app-context.ts";
import { buildCardPath } from "../../../shared/card-path.ts";
import { encodeSessionFrom } from "../../../shared/session-from.ts";

// The page: what it says about itself.
encodeSessionFrom<AppContext>({ page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } });
// @ts-expect-error a product has a name
encodeSessionFrom<AppContext>({ page: "pages/product/index", product: { id: "42" } });
// @ts-expect-error the price is a number
encodeSessionFrom<AppContext>({ page: "p", product: { id: "42", name: "杯", price: "128" } });
// @ts-expect-error a phone cannot say who is a VIP
encodeSessionFrom<AppContext>({ page: "p", user: { nickname: "茶", vip: 9 } });
// @ts-expect-error a context is an object
encodeSessionFrom("page=cart");

// The card: which pages there are, and what each takes.
buildCardPath<AppRoutes, "pages/product/index">("pages/product/index", { id: "42" });
buildCardPath<AppRoutes, "pages/home/index">("pages/home/index", {});
// @ts-expect-error there is no such page
buildCardPath<AppRoutes, "pages/cart/index">("pages/cart/index", {});
// @ts-expect-error this page needs an id
buildCardPath<AppRoutes, "pages/product/index">("pages/product/index", {});
// @ts-expect-error the id is a text
buildCardPath<AppRoutes, "pages/order/index">("pages/order/index", { id: 42 });
// @ts-expect-error the home page takes no query
buildCardPath<AppRoutes, "pages/home/index">("pages/home/index", { id: "42" });
