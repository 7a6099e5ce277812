/** 首页：进店、最近的订单、商品、悬浮客服 / The shop's front: contact, the latest order, the goods, a floating entry. */
import { onKefuError } from "../../lib/errors";
import { listProducts } from "../../lib/goods";
import { describePage, wecom } from "../../lib/kefu";
import { listOrders } from "../../lib/orders";
import { goToOrder, goToProduct } from "../../lib/routes";
import { texts } from "../../lib/text";

const order = listOrders()[0];

Page({
  data: {
    texts,
    wecom,
    order,
    goods: listProducts(),
    context: describePage({ page: "pages/home/index" }),
    shortcuts: [{ id: "order", text: texts.quickOrder }],
  },

  onLoad() {
    void wx.setNavigationBarTitle({ title: texts.shop });
  },

  openProduct(event: WechatMiniprogram.TouchEvent<object, object, { id: string }>) {
    goToProduct(event.currentTarget.dataset.id);
  },

  openOrder() {
    if (order !== undefined) goToOrder(order.id);
  },

  /** 悬浮入口里页面自己的一项 / The page's own row in the floating entry's menu. */
  onShortcut() {
    this.openOrder();
  },

  onError: onKefuError,
});
