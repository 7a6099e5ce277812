/**
 * Capability × client, one test per client: the effect of a tap on each button. The table is in the package's README.
 * Every button must have an effect in every client (WECHAT.md §9.1, §9.3).
 */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import {
  attributes,
  DIST,
  helpers,
  mount,
  pass,
  refuse,
  tap,
  useClient,
  usePage,
  type ClientOptions,
} from "./support.ts";

const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };

/** The effect for the user: WeChat's own chat, that of WeCom, or a dialogue with instructions. */
type Outcome = "contact" | "chat" | "help";

interface Row {
  readonly client: string;
  readonly options: ClientOptions;
  /** `contact-button`; the same with a WeCom address. */
  readonly contact: readonly [alone: Outcome, withChat: Outcome];
  /** `open-customer-service-chat`; the same with `fallback="contact"`. */
  readonly chat: readonly [alone: Outcome, withContact: Outcome];
  /** The effect of `kefu-fab` with both. */
  readonly fab: string;
}

const NORMAL: Omit<Row, "client" | "options"> = {
  contact: ["contact", "contact"],
  chat: ["chat", "chat"],
  fab: "contact chat",
};
const NO_CHAT: Omit<Row, "client" | "options"> = {
  contact: ["contact", "contact"],
  chat: ["help", "contact"],
  fab: "contact",
};
const NO_CONTACT: Omit<Row, "client" | "options"> = { contact: ["help", "chat"], chat: ["chat", "chat"], fab: "chat" };
/** The contact button is reported not to work there, so the WeCom chat comes first where its address is known. */
const REPORTED_DEAD: Omit<Row, "client" | "options"> = {
  contact: ["contact", "chat"],
  chat: ["chat", "chat"],
  fab: "chat",
};
const NEITHER: Omit<Row, "client" | "options"> = { contact: ["help", "help"], chat: ["help", "help"], fab: "contact" };

const unreadable = () => {
  throw new Error("getAppBaseInfo:fail");
};

const ROWS: readonly Row[] = [
  { client: "WeChat on a phone", options: { platform: "android" }, ...NORMAL },
  { client: "WeChat for Windows", options: { platform: "windows" }, ...REPORTED_DEAD },
  { client: "WeChat for Mac", options: { platform: "mac" }, ...REPORTED_DEAD },
  { client: "WeChat DevTools", options: { platform: "devtools" }, ...NORMAL },
  { client: "HarmonyOS phone", options: { platform: "ohos" }, ...NO_CONTACT },
  { client: "HarmonyOS computer", options: { platform: "ohos_pc" }, ...NO_CONTACT },
  { client: "WeCom (企业微信)", options: { wecom: true }, ...NO_CHAT },
  { client: "base library 2.18.1", options: { sdkVersion: "2.18.1" }, ...NO_CHAT },
  {
    client: "base library 2.9.0, which knows neither getAppBaseInfo nor promises",
    options: { sdkVersion: "2.9.0", calls: { getAppBaseInfo: undefined, getDeviceInfo: undefined } },
    ...NO_CHAT,
  },
  { client: "base library 1.0.9", options: { sdkVersion: "1.0.9" }, ...NEITHER },
  { client: "plugin, base library 3.2.5", options: { plugin: true, sdkVersion: "3.2.5" }, ...NO_CHAT },
  { client: "plugin, base library 3.2.4", options: { plugin: true, sdkVersion: "3.2.4" }, ...NEITHER },
  {
    client: "a client that does not say what it is",
    options: { calls: { getAppBaseInfo: unreadable, getDeviceInfo: unreadable, getAccountInfoSync: undefined } },
    ...NORMAL,
  },
  {
    client: "a client that does not say, and whose canIUse says no",
    options: { calls: { getAppBaseInfo: unreadable, getDeviceInfo: undefined, canIUse: () => false } },
    ...NEITHER,
  },
  {
    client: "a client without the function, whatever its version",
    options: { calls: { openCustomerServiceChat: undefined } },
    ...NORMAL,
    chat: ["help", "contact"],
  },
];

beforeEach(() => {
  usePage("pages/home/index");
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Taps as a user would, a second time if the button requests it, and returns what happened. */
async function outcomeOf(name: string, properties: object, options: ClientOptions): Promise<Outcome | "nothing"> {
  const wx = useClient(options);
  const button = mount(name, properties);
  pass();
  for (let taps = 0; taps < 2; taps++) {
    if (attributes(button, ".kefu-button")["openType"] === "contact") return "contact";
    await tap(button, ".kefu-button");
    if ((wx["openCustomerServiceChat"]?.mock.calls.length ?? 0) > 0) return "chat";
    if ((wx["showModal"]?.mock.calls.length ?? 0) > 0) return "help";
  }
  return "nothing";
}

describe("what a tap does in", () => {
  it.for(ROWS)("$client", async ({ options, contact, chat, fab }, { expect }) => {
    const fallback = { ...WECOM, fallback: "contact" };
    expect(await outcomeOf("contact-button", {}, options)).toBe(contact[0]);
    expect(await outcomeOf("contact-button", WECOM, options)).toBe(contact[1]);
    expect(await outcomeOf("open-customer-service-chat", WECOM, options)).toBe(chat[0]);
    expect(await outcomeOf("open-customer-service-chat", fallback, options)).toBe(chat[1]);
    useClient(options);
    const { menu } = mount("kefu-fab", WECOM).data;
    const { contact: hasContact, chat: hasChat } = menu as { readonly contact: boolean; readonly chat: boolean };
    expect([hasContact ? "contact" : "", hasChat ? "chat" : ""].join(" ").trim()).toBe(fab);
  });
});

describe("supports", () => {
  it("returns the same to the app's own code, with the reason", ({ expect }) => {
    useClient({ platform: "ohos" });
    expect(helpers.supports("contact")).toBe(false);
    expect(helpers.whyUnsupported("contact.card")).toBe("harmonyos");
    expect(helpers.supports("chat")).toBe(true);
    useClient({ sdkVersion: "1.4.9" });
    expect(helpers.supports("contact")).toBe(true);
    expect(helpers.whyUnsupported("contact.card")).toBe("base_library");
    useClient({ plugin: true });
    expect(helpers.whyUnsupported("chat")).toBe("plugin");
    useClient({ wecom: true });
    expect(helpers.whyUnsupported("chat")).toBe("wecom");
  });

  it("compares versions as numbers", ({ expect }) => {
    for (const [sdkVersion, open] of [
      ["2.19.0", true],
      ["2.9.10", false],
      ["10.0.0", true],
      ["2.19", true],
    ] as const) {
      useClient({ sdkVersion });
      expect(helpers.supports("chat")).toBe(open);
    }
  });

  it("calls WeChat once, for any number of buttons", ({ expect }) => {
    const wx = useClient();
    for (let count = 0; count < 5; count++) mount("contact-button", WECOM);
    expect(wx["getDeviceInfo"]).toHaveBeenCalledOnce();
    expect(wx["getAccountInfoSync"]).toHaveBeenCalledOnce();
  });

  it("lets the app lift a limit", async ({ expect }) => {
    // A new copy of the module: a lifted limit stays lifted as long as the mini program runs.
    vi.resetModules();
    const fresh: typeof helpers = await import(`${DIST}/index.js?lifted`);
    useClient({ platform: "ohos" });
    fresh.liftLimit("harmonyos");
    expect(fresh.supports("contact")).toBe(true);
    expect(fresh.whyUnsupported("contact")).toBeUndefined();
  });
});

it("becomes the contact button when WeChat refuses only the call itself", async ({ expect }) => {
  const options = { calls: { openCustomerServiceChat: refuse("openCustomerServiceChat:fail function not exist") } };
  useClient(options);
  const button = mount("open-customer-service-chat", { ...WECOM, fallback: "contact" });
  pass();
  await tap(button, ".kefu-button");
  expect(attributes(button, ".kefu-button")["openType"]).toBe("contact");
});
