/**
 * A sample order source: what `worker/handlers.ts` asks when a user writes 订单 1001. Yours is your shop's back end;
 * it answers the same address with the same few fields. Runs on Node, beside `npm start` and `npm run demo`.
 */
import { createServer, type Server } from "node:http";

/** An order as the handler reads it. */
interface Order {
  readonly id: string;
  readonly status: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
}

const ORDERS: Readonly<Record<string, Order>> = {
  "1001": { id: "1001", status: "已发货", carrier: "顺丰速运", trackingNumber: "SF1234567890123" },
  "1002": { id: "1002", status: "待发货" },
};

/** Answers GET /orders/:id with the order, or 404. */
export function serveOrders(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const id = /^\/orders\/(\d{1,20})$/.exec(request.url ?? "")?.[1];
    const order = id === undefined ? undefined : ORDERS[id];
    response.writeHead(order === undefined ? 404 : 200, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(order ?? { error: "no such order" }));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
