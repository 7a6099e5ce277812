/** Compares two PNG pictures inside the browser, which can decode them. */
import type { Browser } from "playwright-core";

/** Returns the share of pixels that differ visibly, 0 to 1; 1 when the sizes differ. */
export async function differingShare(browser: Browser, one: Buffer, other: Buffer): Promise<number> {
  const page = await browser.newPage();
  const urls = [one, other].map((png) => `data:image/png;base64,${png.toString("base64")}`);
  const share = await page.evaluate(async (sources) => {
    const pixels = await Promise.all(
      sources.map(async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const pen = canvas.getContext("2d");
        pen?.drawImage(image, 0, 0);
        return pen?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
      }),
    );
    const [a = new Uint8ClampedArray(), b = new Uint8ClampedArray()] = pixels;
    if (a.length !== b.length || a.length === 0) return 1;
    let differing = 0;
    for (let at = 0; at < a.length; at += 4) {
      const isVisible = [0, 1, 2].some((channel) => Math.abs((a[at + channel] ?? 0) - (b[at + channel] ?? 0)) > 40);
      if (isVisible) differing += 1;
    }
    return differing / (a.length / 4);
  }, urls);
  await page.close();
  return share;
}
