/** 示例小程序的入口 / The example mini program's beginning. */
import { texts } from "./lib/text";

App({
  onLaunch() {
    // app.json 里只能写一种语言 / app.json holds one language only.
    void wx.setTabBarItem({ index: 0, text: texts.home });
    void wx.setTabBarItem({ index: 1, text: texts.help });
  },
});
