/** Errors that only the developer can fix: instructions on the console, and a neutral text for the user. */
import { afterEach, beforeEach, describe, it, vi, type MockInstance } from "vitest";
import { attributes, helpers, mount, pass, refuse, tap, useClient, usePage } from "./support.ts";

const BUTTON = ".kefu-button";
const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };
const NOT_BOUND = refuse("openCustomerServiceChat:fail not bind", 6);
const NEUTRAL = {
  zh: "在线客服暂不可用，请通过其他方式联系我们。",
  en: "Chat is not available at the moment. Please contact us in another way.",
};

let warnings: MockInstance<typeof console.warn>;

/** The output on the console. */
const warned = () => warnings.mock.calls.map(([text]) => String(text));

/** The text of the dialogue after a tap. */
async function dialogueOf(name: string, properties: object, client: Parameters<typeof useClient>[0]) {
  const wx = useClient(client);
  await tap(mount(name, properties), BUTTON);
  return wx["showModal"]?.mock.calls.map(([options]) => String(options.content));
}

beforeEach(() => {
  pass();
  usePage("pages/home/index");
  warnings = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a company that is not bound", () => {
  const client = { calls: { openCustomerServiceChat: NOT_BOUND } };

  it("shows the user a neutral text", async ({ expect }) => {
    const chat = "open-customer-service-chat";
    expect(await dialogueOf(chat, WECOM, client)).toStrictEqual([NEUTRAL.zh]);
    pass();
    expect(await dialogueOf(chat, { ...WECOM, lang: "en" }, client)).toStrictEqual([NEUTRAL.en]);
    pass();
    const called = { calls: { ...client.calls, makePhoneCall: refuse("cancel") } };
    expect(await dialogueOf(chat, { ...WECOM, phone: "4001234567" }, called)).toStrictEqual([
      `${NEUTRAL.zh}\n4001234567`,
    ]);
  });

  it("shows a neutral text also where the chat replaced the contact button", async ({ expect }) => {
    const harmony = { platform: "ohos", calls: client.calls };
    expect(await dialogueOf("contact-button", WECOM, harmony)).toStrictEqual([NEUTRAL.zh]);
  });

  it("is reported to the developer on the console, with the fix", async ({ expect }) => {
    await dialogueOf("open-customer-service-chat", { ...WECOM, silent: true }, client);
    expect(warned()).toStrictEqual([
      expect.stringMatching(/^\[edge-kefu\] not_bound: .*功能 → 客服 → 微信客服.* \/ bind /),
    ]);
    pass();
    await helpers.openServiceChat(WECOM);
    expect(warned()).toHaveLength(2);
  });
});

it("a missing address shows the user a neutral text, and causes a warning for the developer", async ({ expect }) => {
  expect(await dialogueOf("open-customer-service-chat", {}, {})).toStrictEqual([NEUTRAL.zh]);
  expect(warned()).toStrictEqual([expect.stringContaining("no_address: ")]);
});

describe("a card whose path is a Result, as buildCardPath returns it", () => {
  const path = helpers.buildCardPath("pages/order/index", { id: "1001" });
  const misused = /^\[edge-kefu\] card_path: .*buildCardPath.* \/ must be a string/;

  it("causes a warning for the developer, and is replaced by a card of the current page", ({ expect }) => {
    useClient();
    const { sendMessagePath } = attributes(mount("contact-button", { card: { title: "订单", path } }), BUTTON);
    expect(warned()).toStrictEqual([expect.stringMatching(misused)]);
    expect(sendMessagePath ?? "").toBe("");
  });

  it("causes a warning when the WeCom chat is opened, with and without htmlSuffix", async ({ expect }) => {
    for (const htmlSuffix of [false, true]) {
      pass();
      const wx = useClient();
      await helpers.openServiceChat({ ...WECOM, card: { path, htmlSuffix } });
      expect(wx["openCustomerServiceChat"]?.mock.calls[0]?.[0]).not.toHaveProperty("sendMessagePath");
    }
    expect(warned()).toStrictEqual([expect.stringMatching(misused), expect.stringMatching(misused)]);
  });

  it("causes no warning when there is no path, or a text", ({ expect }) => {
    useClient();
    for (const given of [undefined, null, "", path.value]) mount("contact-button", { card: { path: given } });
    expect(warned()).toStrictEqual([]);
  });
});

it("a call outside a tap causes a warning for the developer", async ({ expect }) => {
  useClient({ calls: { openCustomerServiceChat: refuse("fail can only be invoked by user TAP gesture.") } });
  await helpers.openServiceChat(WECOM);
  expect(warned()).toStrictEqual([expect.stringContaining("no_tap: ")]);
});

it.for([
  ["an old client", { sdkVersion: "2.10.0" }],
  ["WeCom, which has no such function", { calls: { openCustomerServiceChat: refuse("fail function not exist") } }],
] as const)(
  "%s: the text advises another WeChat version, and the developer is not warned",
  async ([, client], { expect }) => {
    const [said = ""] = (await dialogueOf("open-customer-service-chat", WECOM, client)) ?? [];
    expect(said).toContain("请更新微信");
    expect(warned()).toStrictEqual([]);
  },
);
