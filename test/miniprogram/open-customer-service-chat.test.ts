/** The published `open-customer-service-chat`. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import {
  attributes,
  listen,
  mount,
  native,
  pass,
  refuse,
  settle,
  succeed,
  tap,
  useClient,
  usePage,
} from "./support.ts";

const BUTTON = ".kefu-button";
const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };
const NOT_BOUND = refuse("openCustomerServiceChat:fail not bind", 6);

beforeEach(() => {
  pass();
  usePage("pages/home/index");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a tap", () => {
  it("opens the chat of the company's service desk", async ({ expect }) => {
    const wx = useClient();
    const button = mount("open-customer-service-chat", WECOM);
    const heard = listen(button, "opened", "failed");
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]?.mock.calls).toMatchObject([
      [{ corpId: WECOM.corpId, extInfo: { url: WECOM.url } }],
    ]);
    expect(wx["openCustomerServiceChat"]?.mock.calls[0]?.[0]).not.toHaveProperty("showMessageCard");
    expect(heard).toStrictEqual([["opened", {}]]);
  });

  it("passes a card, with .html in its path when the page sets it", async ({ expect }) => {
    const wx = useClient();
    const card = { title: "订单 1001", path: "pages/order/index?id=1001", image: "/o.png", htmlSuffix: true };
    await tap(mount("open-customer-service-chat", { ...WECOM, card }), BUTTON);
    expect(wx["openCustomerServiceChat"]?.mock.calls).toMatchObject([
      [
        {
          showMessageCard: true,
          sendMessageTitle: "订单 1001",
          sendMessagePath: "pages/order/index.html?id=1001",
          sendMessageImg: "/o.png",
        },
      ],
    ]);
  });

  it("repeated while the chat opens is ignored; after a second it is a new tap", async ({ expect }) => {
    const wx = useClient({ calls: { openCustomerServiceChat: () => {} } });
    const button = mount("open-customer-service-chat", WECOM);
    const heard = listen(button, "failed");
    await tap(button, BUTTON);
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
    // WeChat never answered: the button must still work afterwards.
    pass(1_001);
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledTimes(2);
    expect(heard).toStrictEqual([]);
  });

  it("after a failure may be repeated at once", async ({ expect }) => {
    const wx = useClient({ calls: { openCustomerServiceChat: refuse("openCustomerServiceChat:fail network") } });
    const button = mount("open-customer-service-chat", WECOM);
    await tap(button, BUTTON);
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledTimes(2);
  });

  it("on a disabled button does nothing", async ({ expect }) => {
    const wx = useClient();
    const button = mount("open-customer-service-chat", { ...WECOM, disabled: true });
    expect(attributes(button, BUTTON)["disabled"]).toBe(true);
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).not.toHaveBeenCalled();
  });
});

describe("a chat that does not open", () => {
  it.for([
    ["not_bound", NOT_BOUND],
    ["no_tap", refuse("openCustomerServiceChat:fail can only be invoked by user TAP gesture.")],
    ["not_supported", refuse("openCustomerServiceChat:fail function not exist")],
    ["cancelled", refuse("openCustomerServiceChat:fail cancel")],
    ["failed", refuse("openCustomerServiceChat:fail system error", -1)],
    [
      "failed",
      () => {
        throw new TypeError("boom");
      },
    ],
  ] as const)("reports the reason: %s", async ([reason, call], { expect }) => {
    useClient({ calls: { openCustomerServiceChat: call } });
    const button = mount("open-customer-service-chat", { ...WECOM, silent: true });
    const heard = listen(button, "opened", "failed");
    await tap(button, BUTTON);
    expect(heard).toMatchObject([["failed", { reason }]]);
  });

  it("is shown to the user, unless the user caused it or the page shows it", async ({ expect }) => {
    const toasts = async (errMsg: string, properties: object = {}) => {
      pass();
      const wx = useClient({ calls: { openCustomerServiceChat: refuse(errMsg) } });
      await tap(mount("open-customer-service-chat", { ...WECOM, ...properties }), BUTTON);
      return wx["showToast"]?.mock.calls.map(([options]) => options.title);
    };
    expect(await toasts("fail system error")).toStrictEqual(["暂时无法打开客服，请稍后再试"]);
    expect(await toasts("fail system error", { lang: "en" })).toStrictEqual([
      "The chat cannot be opened now. Please try again later.",
    ]);
    expect(await toasts("fail cancel")).toStrictEqual([]);
    expect(await toasts("fail system error", { silent: true })).toStrictEqual([]);
  });

  it("becomes the contact button where the page allows it", async ({ expect }) => {
    const wx = useClient({ calls: { openCustomerServiceChat: NOT_BOUND } });
    const button = mount("open-customer-service-chat", { ...WECOM, fallback: "contact", context: { page: "p" } });
    const heard = listen(button, "contact");
    expect(attributes(button, BUTTON)).not.toHaveProperty("openType");
    await tap(button, BUTTON);
    expect(attributes(button, BUTTON)).toMatchObject({ openType: "contact", sessionFrom: 'kefu1{"page":"p"}' });
    expect(wx["showToast"]?.mock.calls).toMatchObject([[{ title: "请再点一次以联系客服" }]]);
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
    await native(button, BUTTON, "contact", { path: "pages/home/index", query: {} });
    expect(heard).toHaveLength(1);
  });

  it("shows instructions, and calls, when there is no other entry method", async ({ expect }) => {
    const wx = useClient({ calls: { openCustomerServiceChat: NOT_BOUND } });
    const button = mount("open-customer-service-chat", { ...WECOM, phone: "4001234567" });
    const heard = listen(button, "unsupported");
    await tap(button, BUTTON);
    expect(heard).toStrictEqual([["unsupported", { reason: "refused" }]]);
    expect(wx["showModal"]?.mock.calls).toMatchObject([
      [{ title: "联系客服", confirmText: "拨打电话", showCancel: true }],
    ]);
    expect(wx["makePhoneCall"]?.mock.calls).toMatchObject([[{ phoneNumber: "4001234567" }]]);
  });

  it("shows the dialogue once for any number of taps until it is closed, and again after that", async ({ expect }) => {
    const answers: (() => void)[] = [];
    const showModal = (options: Readonly<Record<string, unknown>>) => {
      answers.push(() => succeed({ confirm: false })(options));
    };
    const wx = useClient({ sdkVersion: "2.0.0", calls: { showModal } });
    const button = mount("open-customer-service-chat", WECOM);
    const heard = listen(button, "unsupported");
    await tap(button, BUTTON);
    await tap(button, BUTTON);
    expect(wx["showModal"]).toHaveBeenCalledOnce();
    expect(heard).toStrictEqual([["unsupported", { reason: "base_library" }]]);
    answers[0]?.();
    await settle();
    await tap(button, BUTTON);
    expect(wx["showModal"]).toHaveBeenCalledTimes(2);
    answers[1]?.();
  });

  it("does not open the chat when its address is set while the help is shown, because that needs a tap", async ({
    expect,
  }) => {
    const answers: (() => void)[] = [];
    const showModal = (options: Readonly<Record<string, unknown>>) => {
      answers.push(() => succeed({ confirm: false })(options));
    };
    const wx = useClient({ calls: { showModal, openCustomerServiceChat: succeed() } });
    const button = mount("open-customer-service-chat", { corpId: WECOM.corpId });
    await tap(button, BUTTON);
    expect(wx["showModal"]).toHaveBeenCalledOnce();
    button.setData({ url: WECOM.url });
    answers[0]?.();
    await settle();
    expect(wx["openCustomerServiceChat"]).not.toHaveBeenCalled();
    await tap(button, BUTTON);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
  });

  it.for(["zh", "en"])("has buttons of at most four characters in the dialogue: %s", async (lang, { expect }) => {
    const wx = useClient({ sdkVersion: "2.0.0", calls: { showModal: succeed({ confirm: false }) } });
    await tap(mount("open-customer-service-chat", { ...WECOM, phone: "4001234567", lang }), BUTTON);
    const [[shown] = []] = wx["showModal"]?.mock.calls ?? [];
    for (const name of ["confirmText", "cancelText"]) {
      const text = String(Object.entries(shown ?? {}).find(([key]) => key === name)?.[1]);
      expect(text.length, text).toBeLessThanOrEqual(4);
    }
  });

  it("does not call when the user closes the dialogue", async ({ expect }) => {
    const wx = useClient({ platform: "ios", sdkVersion: "2.0.0", calls: { showModal: succeed({ confirm: false }) } });
    await tap(mount("open-customer-service-chat", { ...WECOM, phone: "4001234567" }), BUTTON);
    expect(wx["showModal"]).toHaveBeenCalledOnce();
    expect(wx["makePhoneCall"]).not.toHaveBeenCalled();
  });
});

it("without the service desk's address reports it instead of opening nothing", async ({ expect }) => {
  const wx = useClient();
  const button = mount("open-customer-service-chat", { helpText: "请拨打门店电话" });
  const heard = listen(button, "unsupported");
  await tap(button, BUTTON);
  expect(heard).toStrictEqual([["unsupported", { reason: "no_address" }]]);
  expect(wx["showModal"]?.mock.calls).toMatchObject([[{ content: "请拨打门店电话" }]]);
});
