/** 订单页：页内的求助卡片带着订单号和状态 / An order: the help card on it carries its number and status. */
import { onKefuError } from "../../lib/errors";
import { describePage } from "../../lib/kefu";
import { findOrder, type Order } from "../../lib/orders";
import { texts } from "../../lib/text";

Page({
  data: { texts, ...describe(undefined) },

  onLoad(query) {
    this.setData(describe(findOrder(query["id"])));
    void wx.setNavigationBarTitle({ title: texts.order });
  },

  onError: onKefuError,
});

/** 订单，以及客服看到的 / The order, and what the service gets to see of it. */
function describe(order: Order | undefined) {
  const page = "pages/order/index";
  if (order === undefined) return { order: null, total: 0, context: describePage({ page }), label: "" };
  const { id, status, product, count } = order;
  return {
    order,
    total: (product?.price ?? 0) * count,
    context: describePage({ page, order: { id, status } }),
    label: `${texts.order} ${id} ${status}`,
  };
}
