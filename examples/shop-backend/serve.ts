/**
 * Runs the shop's back end on Node.
 */
import { createAdaptorServer } from "@hono/node-server";
import type { Server } from "node:http";
import { createShop, type ShopParts } from "./app.ts";

/** Starts the back end on 127.0.0.1; resolves when it accepts connections, rejects when the port is taken. */
export function serveShop(port: number, parts: ShopParts): Promise<Server> {
  const server = createAdaptorServer({ fetch: createShop(parts).fetch }) as Server;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
