/** 示例小程序的入口 / The entry point of the example mini program. */
import { texts } from "./lib/text";

App({
  onLaunch() {
    // app.json 里只能写一种语言，其余语言在这里设置 / app.json can contain one language only, so the title is set here.
    void wx.setTabBarItem({ index: 0, text: texts.home });
    void wx.setTabBarItem({ index: 1, text: texts.help });
  },
});
