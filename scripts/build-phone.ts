/** `npm run build:phone`: builds the emulator's phone page and the mini program on it, and prints their sizes. */
import { gzipSync } from "node:zlib";
import { readFlags } from "./lib/command-line.ts";

readFlags("npm run build:phone\n\n  构建手机页面与其上的小程序 / builds the phone page and the mini program on it", {});
// The bundler is loaded only after the command line has been checked, because loading takes seconds.
const [{ buildPhone }, { buildShop }] = await Promise.all([
  import("./lib/build-phone.ts"),
  import("./lib/build-shop.ts"),
]);

for (const [path, text] of Object.entries({ ...(await buildPhone()), ...(await buildShop()) })) {
  console.log(`${path}  ${(gzipSync(text).length / 1_000).toFixed(1)} kB gzip`);
}
