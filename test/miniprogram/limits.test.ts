/** Limits that an app adds or lifts for a platform. They apply to the rest of this file. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { attributes, helpers, listen, mount, native, part, pass, refuse, tap, useClient, usePage } from "./support.ts";

const BUTTON = ".kefu-button";
const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };

const openType = (properties: object = {}) => attributes(mount("contact-button", properties), BUTTON)["openType"];
const menu = () => mount("kefu-fab", WECOM).data["menu"];

beforeEach(() => {
  pass();
  usePage("pages/home/index");
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe.for(["mac", "windows"])("on %s, where the contact button is reported not to work", (platform) => {
  it("a known WeCom address is offered instead", async ({ expect }) => {
    const wx = useClient({ platform });
    const button = mount("contact-button", WECOM);
    expect(attributes(button, BUTTON)["openType"]).not.toBe("contact");
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
    expect(menu()).toMatchObject({ contact: false, chat: true, direct: "chat" });
  });

  it("the floating entry becomes the contact button when WeChat refuses the chat", async ({ expect }) => {
    useClient({ platform, calls: { openCustomerServiceChat: refuse("openCustomerServiceChat:fail not bind", 6) } });
    const fab = mount("kefu-fab", { ...WECOM, context: { page: "p" }, businessId: "b1" });
    const heard = listen(fab, "contact");
    const entry = part(fab, ".kefu-fab__entry");
    await tap(entry, BUTTON);
    expect(attributes(entry, BUTTON)).toMatchObject({
      openType: "contact",
      sessionFrom: 'kefu1{"page":"p"}',
      businessId: "b1",
    });
    await native(entry, BUTTON, "contact", { path: "pages/home/index", query: {} });
    expect(heard).toHaveLength(1);
  });

  it("the contact button stays when no other entry method is set", ({ expect }) => {
    useClient({ platform });
    expect(openType()).toBe("contact");
    expect(mount("kefu-fab").data["menu"]).toMatchObject({ contact: true, direct: "contact" });
    expect(helpers.supports("contact")).toBe(true);
  });
});

describe("a limit an app adds for a platform", () => {
  it("disables the contact button there: the WeCom chat or the dialogue is used instead", async ({ expect }) => {
    expect(helpers).toHaveProperty("addLimit");
    helpers.addLimit("contact", "Linux", "tv");
    const wx = useClient({ platform: "linux" });
    expect(helpers.whyUnsupported("contact")).toBe("platform");
    expect(helpers.whyUnsupported("contact.card")).toBe("platform");
    expect(helpers.supports("chat")).toBe(true);
    const button = mount("contact-button");
    const heard = listen(button, "unsupported");
    await tap(button, BUTTON);
    expect(heard).toStrictEqual([["unsupported", { reason: "platform" }]]);
    expect(wx["showModal"]).toHaveBeenCalledOnce();
    await tap(mount("contact-button", WECOM), BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
    expect(menu()).toMatchObject({ contact: false, chat: true });
  });

  it("disables the WeCom chat, too, and nothing on other platforms", ({ expect }) => {
    expect(helpers).toHaveProperty("addLimit");
    helpers.addLimit("chat", "tv");
    useClient({ platform: "tv" });
    expect(helpers.whyUnsupported("chat")).toBe("platform");
    useClient({ platform: "android" });
    expect(helpers.supports("chat")).toBe(true);
    expect(helpers.supports("contact")).toBe(true);
  });
});

describe("a limit whose names are not known", () => {
  const warned = () => vi.mocked(console.warn).mock.calls.map(([text, name]) => `${String(text)} ${String(name)}`);

  it.for([
    ["a platform", ["contact", "macos"], "macos"],
    ["a way", ["contakt", "ios"], "contakt"],
  ] as const)("%s: is a warning to the developer, with the name", ([, [way, ...platforms], name], { expect }) => {
    expect(helpers).toHaveProperty("addLimit");
    helpers.addLimit(way, ...platforms);
    expect(warned()).toStrictEqual([expect.stringMatching(new RegExp(`^\\[edge-kefu\\] unknown_name: .* ${name}$`))]);
  });

  it("causes no warning for names that WeChat documents, in any case of letters", ({ expect }) => {
    expect(helpers).toHaveProperty("addLimit");
    helpers.addLimit("chat", "DevTools", "OHOS_PC");
    expect(warned()).toStrictEqual([]);
  });
});

it("an app that has seen the contact button work on Mac and Windows gets it back", ({ expect }) => {
  useClient({ platform: "mac" });
  expect(openType(WECOM)).not.toBe("contact");
  helpers.liftLimit("reported_dead");
  expect(openType(WECOM)).toBe("contact");
  expect(menu()).toMatchObject({ contact: true, chat: true });
});
