/**
 * 订单页：联系客服时带上订单号和状态 / The order page: its contact button passes the order's number and status to customer service.
 */
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

/**
 * 返回页面数据：订单，以及传给客服的上下文与会话来源文字 / Returns the page's data: the order, and the context and label passed to customer
 * service.
 */
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
