/**
 * The shop's orders, in memory; a real shop has a database.
 */

/** An order. */
export interface Order {
  readonly id: string;
  /** The buyer's openid in this mini program. */
  readonly openid: string;
  readonly status: "待发货" | "已发货";
  readonly carrier?: string;
  readonly trackingNumber?: string;
}

/** The carrier of a parcel and its tracking number. */
export interface Parcel {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** The orders by number. */
export type Orders = Map<string, Order>;

/** Returns two orders of one buyer: 1001 is shipped, 1002 is not. */
export function sampleOrders(openid = "oUser1"): Orders {
  return new Map<string, Order>([
    ["1001", { id: "1001", openid, status: "已发货", carrier: "顺丰速运", trackingNumber: "SF1234567890123" }],
    ["1002", { id: "1002", openid, status: "待发货" }],
  ]);
}

/**
 * Marks an order as shipped. An order that is shipped already keeps its parcel, because the request may be a repeat.
 */
export function ship(orders: Orders, order: Order, parcel: Parcel): Order & Parcel {
  const { carrier = parcel.carrier, trackingNumber = parcel.trackingNumber } = order;
  const shipped = { ...order, status: "已发货", carrier, trackingNumber } as const;
  orders.set(order.id, shipped);
  return shipped;
}
