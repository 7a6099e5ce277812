/**
 * Compares pictures of the example shop at 320, 414 and 768 pixels, light and dark, with the stored ones; 375 pixels are
 * in shop-pictures.test.ts. The requirements for every width are tested in shop-look.test.ts. `npm run pictures`
 * replaces the stored pictures; look at them before you commit.
 */
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { differsBy, MAX_SHARE } from "./baseline.ts";
import { PHONE, startScene, type Scene } from "./harness.ts";
import { openShop, walkThrough } from "./shop-actions.ts";

const LOOKS = [320, 414, 768].flatMap((width) => [
  { width, colorScheme: "light" as const },
  { width, colorScheme: "dark" as const },
]);

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(20_000);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
});
afterAll(() => scene.stop());

describe.for(LOOKS)("the shop at $width px, $colorScheme", ({ width, colorScheme }) => {
  it("looks like the stored pictures, page by page", async ({ expect }) => {
    const page = await openShop(scene, { ...PHONE, viewport: { width, height: 720 }, colorScheme });
    await walkThrough(page, async (name) => {
      const picture = `shop-${width}-${name}-${colorScheme}`;
      const share = await differsBy(scene.browser, page, picture, "test/browser/baselines");
      expect.soft(share, picture).toBeLessThan(MAX_SHARE);
    });
  });
});
