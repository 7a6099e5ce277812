/** The published `contact-button`. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import {
  attributes,
  helpers,
  listen,
  mount,
  mountTemplate,
  native,
  part,
  refuse,
  tap,
  useClient,
  usePage,
  type Mounted,
} from "./support.ts";

const BUTTON = ".kefu-button";
const PRODUCT = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } };

beforeEach(() => {
  useClient();
  usePage("pages/home/index");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the context", () => {
  it("is written into session-from, readable by people and by the worker", ({ expect }) => {
    const button = mount("contact-button", { context: PRODUCT, sessionLabel: "青瓷茶杯 ¥128", signed: "1.2.token" });
    const { openType, sessionFrom } = attributes(button, BUTTON);
    expect(openType).toBe("contact");
    expect(sessionFrom).toMatch(/^青瓷茶杯 ¥128 kefu1/);
    expect(helpers.decodeSessionFrom(String(sessionFrom))).toStrictEqual({
      kind: "context",
      label: "青瓷茶杯 ¥128",
      context: PRODUCT,
      signed: "1.2.token",
    });
  });

  it("follows the page when it changes", ({ expect }) => {
    const button = mount("contact-button", { context: PRODUCT });
    button.setData({ context: { page: "pages/help/index" } });
    expect(attributes(button, BUTTON)["sessionFrom"]).toBe('kefu1{"page":"pages/help/index"}');
  });

  it("may be a raw string, as apps always set it", ({ expect }) => {
    const button = mount("contact-button", { sessionFrom: "from=home", businessId: "b1" });
    expect(attributes(button, BUTTON)).toMatchObject({ sessionFrom: "from=home", businessId: "b1" });
  });

  it("too long for WeChat is reported to the page's developer, and the button still works", ({ expect }) => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const button = mount("contact-button", { sessionLabel: "青瓷茶杯" });
    const heard = listen(button, "error");
    button.setData({ context: { page: "x".repeat(1_024) } });
    expect(heard).toStrictEqual([["error", { reason: "too_long", length: 1_045, limit: 1_024 }]]);
    expect(said.mock.calls[0]?.[0]).toContain("too_long");
    expect(attributes(button, BUTTON)).toMatchObject({ openType: "contact", sessionFrom: "青瓷茶杯" });
  });

  it("too long from the start is reported once", ({ expect }) => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const back = vi.fn<(event: { readonly detail: unknown }) => void>();
    mountTemplate(
      `<kefu-contact context="{{context}}" signed="1.2.token" session-label="首页" bind:error="back" />`,
      { "kefu-contact": "contact-button" },
      { data: { context: { page: "x".repeat(1_024) } }, methods: { back } },
    );
    expect(said).toHaveBeenCalledOnce();
    expect(back.mock.calls).toMatchObject([[{ detail: { reason: "too_long" } }]]);
  });

  it("that is not plain data is reported, too, with its path", ({ expect }) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const button = mount("contact-button");
    const heard = listen(button, "error");
    button.setData({ context: { product: { price: Number.NaN } } });
    expect(heard).toStrictEqual([["error", { reason: "not_plain_data", path: "product.price" }]]);
  });
});

describe("the card", () => {
  it("is not shown unless asked for", ({ expect }) => {
    expect(attributes(mount("contact-button"), BUTTON)).not.toHaveProperty("showMessageCard");
  });

  it("becomes the button's message card", ({ expect }) => {
    const card = { title: "青瓷茶杯", path: "pages/product/index?id=42", image: "/cup.png" };
    expect(attributes(mount("contact-button", { card }), BUTTON)).toMatchObject({
      showMessageCard: true,
      sendMessageTitle: card.title,
      sendMessagePath: card.path,
      sendMessageImg: card.image,
    });
  });

  it("tapped in the chat is returned typed, in every form that WeChat uses", async ({ expect }) => {
    const button = mount("contact-button");
    const heard = listen(button, "contact");
    const path = helpers.buildCardPath("pages/order/index", { id: "1001" }, { page: "pages/order/index" }).value;
    await native(button, BUTTON, "contact", { path: `/${path}`, query: {} });
    await native(button, BUTTON, "contact", { path: "pages/order/index", query: { id: "1001" } });
    await native(button, BUTTON, "contact", undefined);
    expect(heard).toStrictEqual([
      [
        "contact",
        {
          path: `/${path}`,
          page: "pages/order/index",
          query: { id: "1001" },
          context: { page: "pages/order/index" },
        },
      ],
      ["contact", { path: "pages/order/index", page: "pages/order/index", query: { id: "1001" } }],
      ["contact", { path: "", query: {} }],
    ]);
  });
});

describe("auto-navigate", () => {
  const back = async (button: Mounted, path = "pages/order/index?id=1001") =>
    native(button, BUTTON, "contact", { path, query: {} });
  const urls = (call: { readonly mock: { readonly calls: unknown[][] } } | undefined) =>
    call?.mock.calls.map(([options]) => (options as { readonly url: string }).url);

  it("is off unless asked for", async ({ expect }) => {
    const wx = useClient();
    await back(mount("contact-button"));
    expect(wx["navigateTo"]).not.toHaveBeenCalled();
  });

  it("opens the card's page", async ({ expect }) => {
    const wx = useClient();
    await back(mount("contact-button", { autoNavigate: true }));
    expect(urls(wx["navigateTo"])).toStrictEqual(["/pages/order/index?id=1001"]);
  });

  it("does nothing when the card is of the current page", async ({ expect }) => {
    const wx = useClient();
    usePage("pages/order/index", { id: "1001" });
    await back(mount("contact-button", { autoNavigate: true }));
    expect(wx["navigateTo"]).not.toHaveBeenCalled();
  });

  it("switches to a tab page", async ({ expect }) => {
    const wx = useClient({ calls: { navigateTo: refuse("navigateTo:fail can not navigateTo a tabbar page") } });
    await back(mount("contact-button", { autoNavigate: true }), "pages/order/index?id=1001");
    expect(urls(wx["switchTab"])).toStrictEqual(["/pages/order/index"]);
    expect(wx["redirectTo"]).not.toHaveBeenCalled();
  });

  it("replaces the page when ten are open", async ({ expect }) => {
    const wx = useClient({
      calls: {
        navigateTo: refuse("navigateTo:fail webview count limit exceed"),
        switchTab: refuse("switchTab:fail can not switch to no-tabBar page"),
      },
    });
    await back(mount("contact-button", { autoNavigate: true }));
    expect(urls(wx["redirectTo"])).toStrictEqual(["/pages/order/index?id=1001"]);
  });

  it("reports a card without a page", async ({ expect }) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const gone = refuse("fail page not found");
    useClient({ calls: { navigateTo: gone, switchTab: gone, redirectTo: gone } });
    const button = mount("contact-button", { autoNavigate: true });
    const heard = listen(button, "error");
    await back(button, "pages/gone/index");
    await back(button, "https://elsewhere.example/");
    expect(heard).toMatchObject([
      ["error", { reason: "navigation_failed", page: "pages/gone/index" }],
      ["error", { reason: "unreadable_card" }],
    ]);
  });
});

describe("what is displayed", () => {
  it("is Chinese or English, as WeChat is, or as the page sets it", ({ expect }) => {
    const caption = (properties: object) =>
      part(mount("contact-button", properties), ".kefu-button__text").dom.textContent;
    expect(caption({})).toBe("联系客服");
    expect(caption({ lang: "en" })).toBe("Contact us");
    expect(caption({ text: "问一问" })).toBe("问一问");
    useClient({ language: "en" });
    expect(caption({})).toBe("Contact us");
    expect(caption({ lang: "zh" })).toBe("联系客服");
  });

  it("has a name and a role for screen readers", ({ expect }) => {
    expect(attributes(mount("contact-button"), BUTTON)).toMatchObject({ ariaRole: "button", ariaLabel: "联系客服" });
    const named = mount("contact-button", { ariaLabel: "就此商品联系客服", type: "default-dark" });
    expect(attributes(named, BUTTON)["ariaLabel"]).toBe("就此商品联系客服");
  });

  it("disabled opens nothing and has the disabled state", async ({ expect }) => {
    const wx = useClient({ platform: "ohos" });
    const button = mount("contact-button", { disabled: true });
    expect(attributes(button, BUTTON)).toMatchObject({ disabled: true, ariaDisabled: true });
    expect(attributes(button, BUTTON)["openType"]).not.toBe("contact");
    await tap(button, BUTTON);
    expect(wx["showModal"]).not.toHaveBeenCalled();
  });

  it("takes the obsolete tag's size and type: an icon of that size, without words", ({ expect }) => {
    const old = mount("contact-button", { size: 22, type: "default-light" });
    expect(attributes(old, BUTTON)["class"]).toContain("kefu-button--default-light");
    expect(attributes(old, ".kefu-icon")["style"]).toBe("font-size: 22px");
    expect(old.querySelector(".kefu-button__text")).toBeUndefined();
    expect(attributes(mount("contact-button", { size: 99, type: "default-dark" }), ".kefu-icon")["style"]).toBe(
      "font-size: 27px",
    );
  });

  it("takes sizes, types and width, and anything unknown as the default", ({ expect }) => {
    const classes = (properties: object) => attributes(mount("contact-button", properties), BUTTON)["class"];
    expect(classes({ type: "primary", size: "large", block: true })).toBe(
      "kefu-button kefu-button--primary kefu-button--large kefu-button--block custom-class",
    );
    expect(classes({ type: "neon", size: "huge" })).toBe(
      "kefu-button kefu-button--default kefu-button--medium custom-class",
    );
  });

  it("shows the page's own icon and content in a page whose host is virtual", async ({ expect }) => {
    const page = mountTemplate(
      `<kefu-contact id="c" icon="none" context="{{context}}" custom-class="mine" bind:contact="back">
        <image slot="icon" class="own-icon" /><text class="own-text">!</text>
      </kefu-contact>`,
      { "kefu-contact": "contact-button" },
      { data: { context: PRODUCT }, options: { virtualHost: true }, externalClasses: [], methods: { back() {} } },
    );
    const button = part(page, "#c");
    expect(page.querySelector(".own-icon")).toBeDefined();
    expect(part(page, ".own-text").dom.textContent).toBe("!");
    expect(button.querySelector(".kefu-icon")).toBeUndefined();
    expect(attributes(button, BUTTON)["sessionFrom"]).toContain("青瓷茶杯");
  });
});
