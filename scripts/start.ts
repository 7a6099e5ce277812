/**
 * `npm start`: the worker, the emulated WeChat and the sample shop's back end, until Ctrl-C. Data is kept in
 * `.wrangler/local`, so a restart finds its conversations again.
 */
import { join } from "node:path";
import { ROOT } from "./lib/build.ts";
import { LOCAL_API_KEY, startStack, useShopSettings } from "./lib/stack.ts";

const stack = await startStack({
  persistTo: join(ROOT, ".wrangler/local"),
  onLog: (line) => console.log(line),
});
// Only on the first start: later ones keep the settings you have stored.
const { headers } = await stack.api("GET", "/api/v1/settings");
if (headers.get("etag") === '"0"') await useShopSettings(stack);
await stack.control.verify();

console.log(`
edge-kefu 已启动 / is running. Ctrl-C 结束 / ends it.

  worker    客服服务      ${stack.workerUrl}            push URL: ${stack.workerUrl}/wechat/message
  phone     手机页面      ${stack.emulatorUrl}/           用浏览器打开 / open it in a browser
  emulator  本地微信      ${stack.emulatorUrl}            control: ${stack.emulatorUrl}/_emulator/state
  shop      商家后台      ${stack.shopUrl}            an order: ${stack.shopUrl}/orders/1001
  API docs  接口文档      ${stack.workerUrl}/api/docs     OpenAPI: ${stack.workerUrl}/api/openapi.json
  API key   接口密钥      ${LOCAL_API_KEY}

  试一试 / try it (a user writes, the worker answers):
  curl ${stack.emulatorUrl}/_emulator/push -H 'content-type: application/json' \\
    -d '{"openid":"oUser1","content":{"kind":"text","content":"多少钱"}}'
  curl '${stack.emulatorUrl}/_emulator/chat?openid=oUser1'
`);

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void stack.stop().then(() => process.exit(0));
  });
}
