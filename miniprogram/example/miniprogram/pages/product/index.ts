/** 商品页：客服知道用户在看哪件商品 / A product: the service knows what the user looks at. */
import { findProduct, type Product } from "../../lib/goods";
import { followCard } from "../../lib/routes";
import { texts } from "../../lib/text";

interface Data {
  texts: typeof texts;
  product: Product | undefined;
}

const INITIAL: Data = { texts, product: undefined };

Page({
  data: INITIAL,

  onLoad(query) {
    const product = findProduct(query["id"]);
    this.setData({ product });
    void wx.setNavigationBarTitle({ title: product?.name ?? texts.product });
  },

  buy() {
    void wx.showToast({ title: texts.bought, icon: "none" });
  },

  onContact(event: WechatMiniprogram.CustomEvent<{ path: string; query: Record<string, string> }>) {
    followCard(event.detail);
  },
});
