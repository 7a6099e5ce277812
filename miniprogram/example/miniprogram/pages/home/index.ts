/**
 * 首页：联系客服、最近的订单、商品、客服悬浮入口 / The home page: contact button, latest order, products, floating entry to customer
 * service.
 */
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

  /** 悬浮入口菜单里页面自己的一项：打开订单 / The page's own item in the menu of the floating entry: opens the order. */
  onShortcut() {
    this.openOrder();
  },

  onError: onKefuError,
});
