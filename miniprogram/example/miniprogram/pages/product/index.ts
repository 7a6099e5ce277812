/** 商品页：联系客服时带上正在看的商品 / The product page: its contact button passes the product to customer service. */
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

/**
 * 返回页面数据：商品，以及传给客服的上下文、会话来源文字和可发送的卡片 / Returns the page's data: the product, and the context, label and card passed
 * to customer service.
 */
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
