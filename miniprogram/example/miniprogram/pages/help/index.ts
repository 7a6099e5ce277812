/** 帮助页：先看常见问题，再找客服 / The help page: frequently asked questions, then customer service. */
import { onKefuError } from "../../lib/errors";
import { describePage, wecom } from "../../lib/kefu";
import { questions } from "../../lib/questions";
import { texts } from "../../lib/text";

Page({
  data: { texts, questions, wecom, opened: -1, context: describePage({ page: "pages/help/index" }) },

  onLoad() {
    void wx.setNavigationBarTitle({ title: texts.help });
  },

  toggle(event: WechatMiniprogram.TouchEvent<object, object, { index: number }>) {
    const { index } = event.currentTarget.dataset;
    this.setData({ opened: this.data.opened === index ? -1 : index });
  },

  onError: onKefuError,
});
