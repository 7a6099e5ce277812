/** `npm run build:phone`: the emulator's phone page into `emulator/phone/dist`, with its sizes. */
import { gzipSync } from "node:zlib";
import { buildPhone } from "./lib/build-phone.ts";

for (const [path, text] of Object.entries(await buildPhone())) {
  console.log(`${path}  ${(gzipSync(text).length / 1_000).toFixed(1)} kB gzip`);
}
