/**
 * The shop's orders: a table in memory where yours has a database.
 */

/** An order. */
export interface Order {
  readonly id: string;
  /** Who bought it, as WeChat names him in this mini program. */
  readonly openid: string;
  readonly status: "待发货" | "已发货";
  readonly carrier?: string;
  readonly trackingNumber?: string;
}

/** How a parcel goes. */
export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** The orders by number. */
export type Orders = Map<string, Order>;

/** Two orders of one buyer: one is on its way, one waits to be shipped. */
export function sampleOrders(openid = "oUser1"): Orders {
  return new Map<string, Order>([
    ["1001", { id: "1001", openid, status: "已发货", carrier: "顺丰速运", trackingNumber: "SF1234567890123" }],
    ["1002", { id: "1002", openid, status: "待发货" }],
  ]);
}

/** Ships an order. One that is shipped already keeps its parcel: the request may be a repeat. */
export function ship(orders: Orders, order: Order, parcel: Parcel): Order & Parcel {
  const { carrier = parcel.carrier, trackingNumber = parcel.trackingNumber } = order;
  const shipped = { ...order, status: "已发货", carrier, trackingNumber } as const;
  orders.set(order.id, shipped);
  return shipped;
}
