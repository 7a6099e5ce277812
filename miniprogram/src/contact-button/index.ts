/**
 * `<kefu-contact>`: WeChat's `<button open-type="contact">` with a typed page context (WECHAT.md §9.1). Register it
 * under that name, not as `contact-button`, which is a tag WeChat once had (§9.2).
 */
import { createEntryBehavior } from "../entry/entry-behavior.ts";

export default Component({
  behaviors: [createEntryBehavior("contact", () => true)],
  externalClasses: ["custom-class", "icon-class", "text-class"],
  options: { multipleSlots: true },
});
