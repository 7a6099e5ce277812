/**
 * Runs the shop's back end on Node.
 */
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { KefuClient } from "../../client/index.ts";
import { createShop } from "./app.ts";
import { sampleOrders, type Orders } from "./orders.ts";

/**
 * Serves it on this machine only.
 *
 * @param orders two sample orders unless given
 */
export function serveShop(port: number, kefu: KefuClient, orders: Orders = sampleOrders()): Promise<Server> {
  const server = createAdaptorServer({ fetch: createShop(kefu, orders).fetch }) as Server;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
