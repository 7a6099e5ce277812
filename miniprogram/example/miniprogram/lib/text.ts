/**
 * 界面文字，中英文各一份，按手机的语言选择；以中文为准 / The texts of the interface in Chinese and English, chosen by the phone's language; the
 * Chinese texts are authoritative.
 */

const ZH = {
  shop: "山间小铺",
  slogan: "手作的器物，用上很多年",
  home: "首页",
  help: "帮助",
  product: "商品",
  order: "订单",
  contact: "联系客服",
  /** 较短，窄屏上也能与「立即购买」并排 / Short, so that it fits beside "Buy now" on narrow screens. */
  contactShort: "联系客服",
  latestOrder: "最近的订单",
  goods: "本季器物",
  buy: "立即购买",
  bought: "这是演示，不会下单",
  details: "商品说明",
  promise: "48 小时内发货 · 7 天无理由退换",
  notFound: "没有找到，可能已经下架",
  backHome: "回到首页",
  orderNumber: "订单号",
  items: "商品",
  total: "合计",
  parcel: "物流",
  needHelp: "这个订单需要帮忙吗？",
  needHelpNote: "客服会看到订单号和状态，您不用再说一遍。",
  serviceOver: "售后期已过，不能再从这里联系客服。",
  questions: "常见问题",
  stillStuck: "没有解决？",
  stillStuckNote: "工作日 9:00–18:00，平均 1 分钟内回复。",
  noPage: "打不开这个页面",
  wecom: "微信客服",
  wecomNote: "在企业微信里和专属顾问聊。",
  shareProduct: "帮我看看这件",
  quickOrder: "查最近的订单",
};

const EN: typeof ZH = {
  shop: "Hill Shop",
  slogan: "Made by hand, kept for years",
  home: "Home",
  help: "Help",
  product: "Product",
  order: "Order",
  contact: "Contact service",
  contactShort: "Contact",
  latestOrder: "Latest order",
  goods: "This season",
  buy: "Buy now",
  bought: "A demo: nothing is ordered",
  details: "About it",
  promise: "Ships within 48 hours · 7 days to return",
  notFound: "Not found: it may be sold out",
  backHome: "Back to the shop",
  orderNumber: "Order",
  items: "Items",
  total: "Total",
  parcel: "Parcel",
  needHelp: "Need help with this order?",
  needHelpNote: "We see its number and status, no need to repeat them.",
  serviceOver: "After-sales service has ended for this order.",
  questions: "Questions",
  stillStuck: "Still stuck?",
  stillStuckNote: "Weekdays 9:00–18:00, answers within a minute on average.",
  noPage: "This page cannot be opened",
  wecom: "WeCom service",
  wecomNote: "Talk to your personal adviser in WeCom.",
  shareProduct: "What about this one?",
  quickOrder: "My latest order",
};

/**
 * 基础库 2.20.1 以前没有 getAppBaseInfo，改用旧接口 / Base libraries below 2.20.1 have no getAppBaseInfo, so the older function is
 * used.
 */
const { language } = typeof wx.getAppBaseInfo === "function" ? wx.getAppBaseInfo() : wx.getSystemInfoSync();

/** 手机语言是否为中文 / Whether the phone's language is Chinese. */
export const isChinese = language.startsWith("zh");

/** 当前语言的文字 / The texts in the current language. */
export const texts = isChinese ? ZH : EN;
