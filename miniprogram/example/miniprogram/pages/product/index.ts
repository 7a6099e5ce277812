/** 商品页：客服知道用户在看哪件商品 / A product: the service knows what the user looks at. */
import { onKefuError } from "../../lib/errors";
import { findProduct, type Product } from "../../lib/goods";
import { describePage } from "../../lib/kefu";
import { pathOf } from "../../lib/routes";
import { texts } from "../../lib/text";

Page({
  data: { texts, ...describe(undefined) },

  onLoad(query) {
    const product = findProduct(query["id"]);
    this.setData(describe(product));
    void wx.setNavigationBarTitle({ title: product?.name ?? texts.product });
  },

  buy() {
    void wx.showToast({ title: texts.bought, icon: "none" });
  },

  onError: onKefuError,
});

/** 商品，以及客服看到的：上下文、会话来源的文字、可以发送的卡片 / The product, and what the service gets to see of it. */
function describe(product: Product | undefined) {
  const page = "pages/product/index";
  if (product === undefined) return { product: null, context: describePage({ page }), label: "", card: null };
  const { id, name, price, image } = product;
  return {
    product,
    context: describePage({ page, product: { id, name, price } }),
    label: `${name} ¥${price}`,
    card: { title: `${texts.shareProduct} ${name}`, path: pathOf(page, { id }), image },
  };
}
