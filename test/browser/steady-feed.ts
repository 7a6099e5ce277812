/**
 * Makes the values that differ between two runs (times, ids, ciphertexts, ports) constant before the page reads them.
 */
import type { Page, Route } from "playwright-core";

const AT = Date.UTC(2026, 10, 22, 6, 5, 9, 42);
const CIPHERTEXT = "Kq7wZ0fVx1bTnA9sYdGm3PcLhRu5EoJi8XvQ2kWt".repeat(8);

const RULES: readonly (readonly [RegExp, string])[] = [
  [/"at":\d+/g, `"at":${AT}`],
  [/"ms":\d+/g, `"ms":12`],
  [/(<Encrypt><!\[CDATA\[)[^\]]+/g, `$1${CIPHERTEXT}`],
  [/signature=[0-9a-f]{40}/g, `signature=${"5f2b8c41d7".repeat(4)}`],
  [/(nonce|timestamp)=\d+/g, "$1=1795327509"],
  [/access_token=[\w-]{4}/g, "access_token=Lm4x"],
  [/<MsgId>\d+/g, "<MsgId>17953275090420001"],
  [/<CreateTime>\d+/g, "<CreateTime>1795327509"],
  [/127\.0\.0\.1:\d+/g, "127.0.0.1:8787"],
];

/** Replaces those values in each answer of the feed, and the emulator's clock by a fixed time. */
export async function steady(page: Page): Promise<void> {
  await page.route("**/_emulator/feed?*", async (route) => {
    const response = await route.fetch();
    const clock = `"offsetMs":${AT - Date.now()}`;
    const told = (await response.text()).replace(/"offsetMs":-?\d+/, clock);
    const body = RULES.reduce((text, [pattern, value]) => text.replaceAll(pattern, value), told);
    await route.fulfill({ response, body });
  });
}

/** Answers the page's feed requests with "no changes". @returns a function that ends this */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  const url = "**/_emulator/feed?*";
  const unchanged = (route: Route) => route.fulfill({ status: 204 });
  await page.route(url, unchanged);
  return () => page.unroute(url, unchanged);
}
