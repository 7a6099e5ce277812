/** The package's published functions and its behavior. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import {
  attributes,
  helpers,
  listen,
  mountTemplate,
  native,
  pass,
  refuse,
  succeed,
  useClient,
  usePage,
} from "./support.ts";

const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };

beforeEach(() => {
  pass();
  useClient();
  usePage("pages/home/index");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("openServiceChat", () => {
  it("resolves when the chat opens", async ({ expect }) => {
    expect(await helpers.openServiceChat(WECOM)).toStrictEqual({ ok: true, value: undefined });
  });

  it("calls WeChat before anything is awaited, because WeChat requires a tap", ({ expect }) => {
    const wx = useClient({ calls: { openCustomerServiceChat: () => {} } });
    void helpers.openServiceChat(WECOM);
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
  });

  it("never rejects: it resolves with the reason", async ({ expect }) => {
    useClient({ calls: { openCustomerServiceChat: refuse("openCustomerServiceChat:fail not bind", 6) } });
    expect(await helpers.openServiceChat(WECOM)).toStrictEqual({
      ok: false,
      error: { reason: "not_bound", message: "openCustomerServiceChat:fail not bind", code: 6 },
    });
    useClient({ sdkVersion: "2.18.0" });
    expect(await helpers.openServiceChat(WECOM)).toStrictEqual({
      ok: false,
      error: { reason: "not_supported", message: "base_library" },
    });
  });

  it("passes on only the given fields of a card", async ({ expect }) => {
    const wx = useClient();
    await helpers.openServiceChat({ ...WECOM, card: { title: "", path: null, image: "/o.png" } });
    const [[options = {}] = []] = wx["openCustomerServiceChat"]?.mock.calls ?? [];
    const { success: _success, fail: _fail, ...given } = options;
    expect(given).toStrictEqual({
      corpId: WECOM.corpId,
      extInfo: { url: WECOM.url },
      showMessageCard: true,
      sendMessageImg: "/o.png",
    });
  });

  it("is busy while one opens", async ({ expect }) => {
    useClient({ calls: { openCustomerServiceChat: () => {} } });
    void helpers.openServiceChat(WECOM);
    expect(await helpers.openServiceChat(WECOM)).toMatchObject({ error: { reason: "busy" } });
  });
});

describe("createKefu", () => {
  it("returns the codecs, typed", ({ expect }) => {
    const kefu = helpers.createKefu();
    const built = kefu.buildCardPath("pages/order/index", { id: "1001" }, { page: "pages/order/index" });
    expect(kefu.parseCardPath(built.value ?? "")).toStrictEqual({
      page: "pages/order/index",
      query: { id: "1001" },
      context: { page: "pages/order/index" },
    });
    const written = kefu.encodeSessionFrom({ page: "pages/home/index" }, { label: "首页" });
    expect(kefu.decodeSessionFrom(written.value ?? "")).toStrictEqual({
      kind: "context",
      label: "首页",
      context: { page: "pages/home/index" },
    });
  });
});

describe("the return from a card", () => {
  it.for([
    [
      { path: "/pages/a/index?id=1", query: {} },
      { page: "pages/a/index", query: { id: "1" } },
    ],
    [
      { path: "pages/a/index", query: { id: "%E7%93%B7" } },
      { page: "pages/a/index", query: { id: "瓷" } },
    ],
    [{ path: "https://elsewhere.example" }, { query: {} }],
    [{ path: 7 }, { path: "", query: {} }],
    [null, { path: "", query: {} }],
  ] as const)("reads %j", ([detail, read], { expect }) => {
    expect(helpers.readContactDetail(detail)).toMatchObject(read);
  });

  it("reads nothing when there is no card", ({ expect }) => {
    expect(helpers.readContactDetail("javascript:1")).not.toHaveProperty("page");
  });

  it("returns how the page was opened, or WeChat's error", async ({ expect }) => {
    const detail = { path: "", page: "pages/a/index", query: {} };
    expect(await helpers.followCard(detail)).toStrictEqual({ ok: true, value: "navigateTo" });
    const gone = refuse("fail page not found");
    useClient({ calls: { navigateTo: gone, switchTab: gone, redirectTo: gone } });
    expect(await helpers.followCard(detail)).toMatchObject({
      ok: false,
      error: { reason: "navigation_failed", message: expect.stringContaining("page not found") },
    });
  });
});

describe("a card of the page that is open", () => {
  it.for([
    ["as it is", { id: "瓷" }],
    ["still encoded, as pages get it", { id: "%E7%93%B7" }],
    ["with the context of the card that opened it", { id: "瓷", kefu: "%7B%7D" }],
  ] as const)("causes no navigation: its query %s", async ([, options], { expect }) => {
    const wx = useClient({ calls: { navigateTo: succeed() } });
    vi.stubGlobal("getCurrentPages", () => [{ route: "pages/a/index", options }]);
    const detail = { path: "", page: "pages/a/index", query: { id: "瓷" } };
    expect(await helpers.followCard(detail)).toStrictEqual({ ok: true, value: "already_there" });
    expect(wx["navigateTo"]?.mock.calls).toStrictEqual([]);
  });

  it("is followed when the query of the open page is unknown", async ({ expect }) => {
    useClient({ calls: { navigateTo: succeed() } });
    vi.stubGlobal("getCurrentPages", () => [{ route: "pages/a/index" }]);
    const detail = { path: "", page: "pages/a/index", query: { id: "瓷" } };
    expect(await helpers.followCard(detail)).toStrictEqual({ ok: true, value: "navigateTo" });
  });
});

describe("a button of the app's own, with the behavior", () => {
  const template = `<button class="mine" open-type="contact" session-from="{{kefuSessionFrom}}"
    show-message-card="{{kefuCard.shown}}" send-message-title="{{kefuCard.title}}"
    send-message-path="{{kefuCard.path}}" bind:contact="onKefuContact">客服</button>`;

  it("has the context, the card and the return from a card", async ({ expect }) => {
    const wx = useClient({ calls: { navigateTo: succeed() } });
    const own = mountTemplate(template, {}, { behaviors: [helpers.contactBehavior] });
    own.setData({ context: { page: "pages/home/index" }, card: { title: "首页" }, autoNavigate: true });
    expect(attributes(own, ".mine")).toMatchObject({
      sessionFrom: 'kefu1{"page":"pages/home/index"}',
      showMessageCard: true,
      sendMessageTitle: "首页",
    });
    const heard = listen(own, "contact");
    await native(own, ".mine", "contact", { path: "pages/order/index?id=1", query: {} });
    expect(heard).toMatchObject([["contact", { page: "pages/order/index", query: { id: "1" } }]]);
    expect(wx["navigateTo"]?.mock.calls).toMatchObject([[{ url: "/pages/order/index?id=1" }]]);
  });
});
