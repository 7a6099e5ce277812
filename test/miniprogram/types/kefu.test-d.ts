/**
 * One declaration of context and routes (shared/app-context.ts) is the type of the page's context and of a card's
 * path: a wrong field is a compile error. Checked by `npm run check`; the Worker's side is in app-context.test-d.ts.
 */
import {
  addLimit,
  buildCardPath,
  createKefu,
  type ContactDetail,
  type CardOptions,
} from "../../../miniprogram/src/index.ts";
import type { AppContext, AppRoutes } from "../../../shared/app-context.ts";

const kefu = createKefu<AppContext, AppRoutes>();

const context: AppContext = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } };
kefu.encodeSessionFrom(context, { label: "青瓷茶杯" });
kefu.buildCardPath("pages/product/index", { id: "42" }, context);
kefu.buildCardPath("pages/home/index", {});

// @ts-expect-error -- no such field
kefu.encodeSessionFrom({ page: "pages/home/index", produkt: { id: "42" } });
// @ts-expect-error -- a product has a name
kefu.encodeSessionFrom({ page: "pages/home/index", product: { id: "42" } });
// @ts-expect-error -- a price is a number
kefu.encodeSessionFrom({ page: "pages/home/index", product: { id: "42", name: "青瓷茶杯", price: "128" } });
// @ts-expect-error -- no such page
kefu.buildCardPath("pages/produkt/index", { id: "42" });
// @ts-expect-error -- the product page requires an id
kefu.buildCardPath("pages/product/index", {});
// @ts-expect-error -- the home page has no query
kefu.buildCardPath("pages/home/index", { id: "42" });
// @ts-expect-error -- the context of a card is the app's, too
kefu.buildCardPath("pages/home/index", {}, { produkt: "42" });

// Without types of the app's own, any page and any plain query.
const id = "1001";
buildCardPath("pages/order/index", { id });
buildCardPath("pages/order/index", { id, count: 2, isGift: true, note: undefined }, { page: "pages/order/index" });
// @ts-expect-error -- a query holds texts, numbers and booleans
buildCardPath("pages/order/index", { id: { deep: 1 } });
// @ts-expect-error -- a query is needed
buildCardPath("pages/order/index");

addLimit("contact", "mac", "windows");
// A platform may be newer than the package.
addLimit("chat", "tv");
// @ts-expect-error -- no such way
addLimit("contakt", "mac");

const built = kefu.buildCardPath("pages/order/index", { id: "1001" });
// @ts-expect-error -- a path may be refused: check the result first
const path: string = built.value;
const card: CardOptions = { title: path, ...(built.ok ? { path: built.value } : {}) };

/** Values of a returned card have the type unknown until they are checked. */
export function back(detail: ContactDetail): string | undefined {
  // @ts-expect-error -- the query of a card was in a chat: an id may be missing
  const given: string = detail.query["id"];
  // @ts-expect-error -- the context has not been validated
  const product: string = detail.context?.["product"];
  return detail.page === undefined ? card.title : `${given}${product}`;
}
