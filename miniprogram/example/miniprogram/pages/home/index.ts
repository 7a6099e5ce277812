/** 首页：进店、最近的订单、商品 / The shop's front: contact, the latest order, the goods. */
import { listProducts } from "../../lib/goods";
import { listOrders } from "../../lib/orders";
import { followCard, goToOrder, goToProduct } from "../../lib/routes";
import { texts } from "../../lib/text";

Page({
  data: { texts, goods: listProducts(), order: listOrders()[0] },

  onLoad() {
    void wx.setNavigationBarTitle({ title: texts.shop });
  },

  openProduct(event: WechatMiniprogram.TouchEvent<object, object, { id: string }>) {
    goToProduct(event.currentTarget.dataset.id);
  },

  openOrder(event: WechatMiniprogram.TouchEvent<object, object, { id: string }>) {
    goToOrder(event.currentTarget.dataset.id);
  },

  onContact(event: WechatMiniprogram.CustomEvent<{ path: string; query: Record<string, string> }>) {
    followCard(event.detail);
  },
});
