/** 页面的路径与跳转 / Paths of pages, and navigation between them. */
import type { AppRoutes } from "../../../../shared/app-context.ts";
import { kefu } from "./kefu";

/**
 * 返回页面的路径，也可用作卡片的路径；参数不合法时抛出异常 / Returns the path of a page, also for a card that opens it; throws when the query is
 * invalid.
 */
export function pathOf<Page extends keyof AppRoutes>(page: Page, query: AppRoutes[Page]): string {
  const path = kefu.buildCardPath(page, query);
  if (!path.ok) throw new Error(`${page}: ${path.error.reason}`);
  return path.value;
}

/** 打开商品页 / Opens the page of a product. */
export function goToProduct(id: string): void {
  void wx.navigateTo({ url: `/${pathOf("pages/product/index", { id })}` });
}

/** 打开订单页 / Opens the page of an order. */
export function goToOrder(id: string): void {
  void wx.navigateTo({ url: `/${pathOf("pages/order/index", { id })}` });
}
