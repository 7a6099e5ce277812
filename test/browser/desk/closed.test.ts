/** The list of closed sessions, read page by page. */
import { describe, it } from "vitest";
import { closedRows } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

describe("the list of closed sessions", () => {
  it("has each session once when the button for more is pressed twice", async ({ expect }) => {
    const [first, second] = closedRows();
    const { page, script } = await open();
    script.answer = (_method, path) =>
      path.startsWith("conversations?")
        ? { status: 200, body: { view: "closed", rows: [path.includes("after=") ? second : first], next: "older" } }
        : undefined;
    await page.getByRole("button", { name: "已结束" }).click();
    const items = page.getByRole("list", { name: "已结束" }).getByRole("listitem");
    await expect.poll(() => items.count()).toBe(1);
    let asked = 0;
    let answered = 0;
    const both = Promise.withResolvers<void>();
    await page.route("**/conversations?*after=*", async (route) => {
      asked += 1;
      if (asked === 2) both.resolve();
      await both.promise;
      await route.fallback();
      answered += 1;
    });
    await page.getByRole("button", { name: "显示更多" }).dblclick();
    await page
      .getByRole("button", { name: /王女士/ })
      .first()
      .waitFor();
    await expect.poll(() => answered).toBe(2);
    expect(await items.count()).toBe(2);
  });
});
