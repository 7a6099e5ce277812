/** 订单页：页内的求助卡片带着订单号和状态 / An order: the help card on it carries its number and status. */
import { findOrder, type Order } from "../../lib/orders";
import { followCard } from "../../lib/routes";
import { texts } from "../../lib/text";

interface Data {
  texts: typeof texts;
  order: Order | undefined;
  total: number;
}

const INITIAL: Data = { texts, order: undefined, total: 0 };

Page({
  data: INITIAL,

  onLoad(query) {
    const order = findOrder(query["id"]);
    const total = (order?.product?.price ?? 0) * (order?.count ?? 0);
    this.setData({ order, total });
    void wx.setNavigationBarTitle({ title: texts.order });
  },

  onContact(event: WechatMiniprogram.CustomEvent<{ path: string; query: Record<string, string> }>) {
    followCard(event.detail);
  },
});
