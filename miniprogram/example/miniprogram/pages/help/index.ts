/** 帮助页：先看常见问题，再找客服 / Help: questions first, people next. */
import { questions } from "../../lib/questions";
import { followCard } from "../../lib/routes";
import { texts } from "../../lib/text";

Page({
  data: { texts, questions, opened: -1 },

  onLoad() {
    void wx.setNavigationBarTitle({ title: texts.help });
  },

  toggle(event: WechatMiniprogram.TouchEvent<object, object, { index: number }>) {
    const { index } = event.currentTarget.dataset;
    this.setData({ opened: this.data.opened === index ? -1 : index });
  },

  onContact(event: WechatMiniprogram.CustomEvent<{ path: string; query: Record<string, string> }>) {
    followCard(event.detail);
  },
});
