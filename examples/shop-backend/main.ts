/**
 * `node examples/shop-backend/main.ts`: runs only the shop's back end, for a worker that was started separately.
 */
import { createKefuClient } from "../../client/index.ts";
import { sampleOrders } from "./orders.ts";
import { serveShop } from "./serve.ts";

const { KEFU_URL = "http://127.0.0.1:8787", KEFU_API_KEY = "", WEBHOOK_SECRET = "", PORT = "8789" } = process.env;
const missing = Object.entries({ KEFU_API_KEY, WEBHOOK_SECRET }).filter(([, value]) => value === "");
if (missing.length > 0) {
  console.error(`请设置 / please set: ${missing.map(([name]) => name).join(", ")}`);
  process.exit(1);
}

await serveShop(Number(PORT), {
  kefu: createKefuClient({ baseUrl: KEFU_URL, apiKey: KEFU_API_KEY }),
  orders: sampleOrders(),
  // A value that was read from a file may end with a line break.
  webhookSecret: WEBHOOK_SECRET.trim(),
  onEvent: (type) => console.log(`webhook: ${type}`),
});
console.log(`shop back end: http://127.0.0.1:${PORT}/orders/1001`);
