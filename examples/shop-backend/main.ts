/**
 * `node examples/shop-backend/main.ts`: the shop's back end by itself, for a worker that runs elsewhere.
 */
import { createKefuClient } from "../../client/index.ts";
import { serveShop } from "./serve.ts";

const { KEFU_URL = "http://127.0.0.1:8787", KEFU_API_KEY = "", PORT = "8789" } = process.env;

await serveShop(Number(PORT), createKefuClient({ baseUrl: KEFU_URL, apiKey: KEFU_API_KEY }));
console.log(`shop back end: http://127.0.0.1:${PORT}/orders/1001`);
