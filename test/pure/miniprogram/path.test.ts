/** Paths of pages, as pages and cards write them. */
import { describe, it } from "vitest";
import { parsePagePath } from "../../../emulator/miniprogram/path.ts";

describe("a path", () => {
  it("has a page and a decoded query", ({ expect }) => {
    expect(parsePagePath("/pages/product/index?id=4%202&name=%E8%8C%B6")).toStrictEqual({
      path: "pages/product/index",
      query: { id: "4 2", name: "茶" },
    });
  });

  it("without a slash is relative to the current page", ({ expect }) => {
    expect(parsePagePath("../order/index", "pages/product/index").path).toBe("pages/order/index");
  });
});
