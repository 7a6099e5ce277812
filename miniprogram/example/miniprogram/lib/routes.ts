/** 页面之间怎么走 / The ways between the pages. */
import type { AppRoutes } from "../../../../shared/app-context.ts";
import { kefu } from "./kefu";

/** 某一页的路径，也用作卡片的路径 / The path of a page, and of a card that leads to it. */
export function pathOf<Page extends keyof AppRoutes>(page: Page, query: AppRoutes[Page]): string {
  const path = kefu.buildCardPath(page, query);
  if (!path.ok) throw new Error(`${page}: ${path.error.reason}`);
  return path.value;
}

/** 打开商品页 / Opens a product. */
export function goToProduct(id: string): void {
  void wx.navigateTo({ url: `/${pathOf("pages/product/index", { id })}` });
}

/** 打开订单页 / Opens an order. */
export function goToOrder(id: string): void {
  void wx.navigateTo({ url: `/${pathOf("pages/order/index", { id })}` });
}
