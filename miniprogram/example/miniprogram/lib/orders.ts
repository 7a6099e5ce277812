/** 演示订单，真实项目里来自你的后端 / Demo orders; in a real project they come from your back end. */
import { findProduct, type Product } from "./goods";
import { isChinese } from "./text";

/** 一个订单 / An order. */
export interface Order {
  readonly id: string;
  readonly status: string;
  readonly product: Product | undefined;
  readonly count: number;
  /** 物流记录，最新的在前 / The tracking history, newest first. */
  readonly steps: readonly string[];
  /**
   * 是否在售后期内：只有售后期内才能联系客服 / Whether the after-sales period is open; only then can the user contact customer service.
   */
  readonly isServed: boolean;
}

const ORDERS: readonly Order[] = [
  {
    id: "1001",
    status: isChinese ? "已发货" : "Shipped",
    product: findProduct("42"),
    count: 2,
    steps: isChinese
      ? ["到达 杭州转运中心", "顺丰速运 SF1234567890123 已揽收", "已付款"]
      : ["Arrived at Hangzhou", "SF Express SF1234567890123 picked up", "Paid"],
    isServed: true,
  },
  {
    id: "900",
    status: isChinese ? "已完成" : "Completed",
    product: findProduct("44"),
    count: 1,
    steps: isChinese ? ["已签收", "已付款"] : ["Delivered", "Paid"],
    isServed: false,
  },
];

/** 返回全部订单，最新的在前 / Returns all orders, newest first. */
export function listOrders(): readonly Order[] {
  return ORDERS;
}

/** 按编号找订单，找不到时返回 undefined / Returns the order with this number; undefined when there is none. */
export function findOrder(id: string | undefined): Order | undefined {
  return ORDERS.find((order) => order.id === id);
}
