/** 页面之间怎么走 / The ways between the pages. */
import { texts } from "./text";

const TABS = new Set(["pages/home/index", "pages/help/index"]);

/** 打开商品页 / Opens a product. */
export function goToProduct(id: string): void {
  void wx.navigateTo({ url: `/pages/product/index?id=${encodeURIComponent(id)}` });
}

/** 打开订单页 / Opens an order. */
export function goToOrder(id: string): void {
  void wx.navigateTo({ url: `/pages/order/index?id=${encodeURIComponent(id)}` });
}

/** 用户在会话里点了卡片，回到对应的页面 / A card was tapped in the chat: opens its page. */
export function followCard(card: { path: string; query: Record<string, string> }): void {
  const [page = "", inPath = ""] = card.path.replace(/^\//, "").split("?");
  const query = Object.entries(card.query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const rest = inPath === "" ? query.join("&") : inPath;
  if (TABS.has(page)) void wx.switchTab({ url: `/${page}` });
  else {
    wx.navigateTo({
      url: `/${page}${rest === "" ? "" : `?${rest}`}`,
      fail: () => void wx.showToast({ title: texts.noPage.replace("{path}", card.path), icon: "none" }),
    });
  }
}
