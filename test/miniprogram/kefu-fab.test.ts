/** The published `kefu-fab`. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import {
  attributes,
  listen,
  mount,
  mountTemplate,
  native,
  part,
  refuse,
  settle,
  tap,
  useClient,
  usePage,
  type ClientOptions,
  type Mounted,
} from "./support.ts";

const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };
/** A phone with a notch and a gesture bar; the page has a navigation bar of 44 px. */
const WINDOW = {
  windowWidth: 375,
  windowHeight: 724,
  screenHeight: 812,
  screenTop: 88,
  safeArea: { left: 0, right: 375, top: 44, bottom: 778 },
};
/** 16 px free at every edge, 34 more at the bottom; the entry is 52 px wide and high. */
const ROOM = { left: 16, right: 307, top: 16, bottom: 622 };

let storage: Map<string, unknown>;

function usePhone(window: object = WINDOW, options: ClientOptions = {}) {
  return useClient({
    ...options,
    calls: {
      getWindowInfo: () => window,
      getMenuButtonBoundingClientRect: () => ({ bottom: 84 }),
      getStorageSync: (key: unknown) => storage.get(String(key)),
      setStorage: ({ key, data }) => void storage.set(String(key), data),
      ...options.calls,
    },
  });
}

beforeEach(() => {
  storage = new Map();
  usePhone();
  usePage("pages/home/index");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const placeOf = ({ data }: Mounted) => ({ x: data["x"], y: data["y"] });

async function drag(fab: Mounted, from: readonly [number, number], ...path: readonly (readonly [number, number])[]) {
  const send = async (name: string, point?: readonly [number, number]) => {
    part(fab, ".kefu-fab").dispatchEvent(name, point === undefined ? {} : { touches: [{ x: point[0], y: point[1] }] });
    await settle();
  };
  await send("touchstart", from);
  for (const point of path) await send("touchmove", point);
  await send("touchend");
}

describe("its position", () => {
  it("is at the right, low, inside the safe area", ({ expect }) => {
    expect(placeOf(mount("kefu-fab"))).toStrictEqual({ x: ROOM.right, y: 501 });
    expect(placeOf(mount("kefu-fab", { at: 1 }))).toStrictEqual({ x: ROOM.right, y: ROOM.bottom });
    expect(placeOf(mount("kefu-fab", { side: "left", at: 0 }))).toStrictEqual({ x: ROOM.left, y: ROOM.top });
  });

  it("is below WeChat's own button where a page has no navigation bar", ({ expect }) => {
    usePhone({ ...WINDOW, windowHeight: 812, screenTop: 0 });
    expect(placeOf(mount("kefu-fab", { at: 0 })).y).toBe(100);
  });

  it("follows the finger within the allowed range, and snaps to the nearer side", async ({ expect }) => {
    const fab = mount("kefu-fab");
    const heard = listen(fab, "place");
    await drag(fab, [330, 520], [200, 300], [-500, 60]);
    expect(placeOf(fab)).toStrictEqual({ x: ROOM.left, y: 41 });
    expect(heard).toMatchObject([["place", { side: "left" }]]);
    await drag(fab, [40, 60], [250, 900]);
    expect(placeOf(fab)).toStrictEqual({ x: ROOM.right, y: ROOM.bottom });
  });

  it("is remembered, on another phone and on a turned one", async ({ expect }) => {
    await drag(mount("kefu-fab"), [330, 520], [30, 900]);
    expect([...storage]).toStrictEqual([["edge-kefu:fab", { side: "left", at: 1 }]]);
    usePhone({ ...WINDOW, windowWidth: 320, windowHeight: 480, screenHeight: 480, screenTop: 0, safeArea: undefined });
    const fab = mount("kefu-fab");
    expect(placeOf(fab)).toStrictEqual({ x: 16, y: 412 });
    usePhone({ windowWidth: 480, windowHeight: 320 });
    fab.triggerPageLifeTime("resize");
    expect(placeOf(fab)).toStrictEqual({ x: 16, y: 252 });
  });

  it.for([
    undefined,
    "",
    7,
    { side: "up", at: 1 },
    { side: "left" },
    { side: "left", at: "high" },
    { side: "left", at: Number.NaN },
  ])("is the one set by the page when storage contains %j", (kept, { expect }) => {
    storage.set("edge-kefu:fab", kept);
    expect(placeOf(mount("kefu-fab"))).toStrictEqual({ x: ROOM.right, y: 501 });
  });

  it("does not depend on storage", async ({ expect }) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    const broken = () => {
      throw new Error("storage is not available");
    };
    usePhone(WINDOW, { calls: { getStorageSync: broken, setStorage: refuse("setStorage:fail exceed limit") } });
    const fab = mount("kefu-fab");
    await drag(fab, [330, 520], [30, 520]);
    expect(placeOf(fab).x).toBe(ROOM.left);
    expect(warned).toHaveBeenCalledTimes(2);
  });

  it("does not change when the page forbids it, or the finger hardly moved", async ({ expect }) => {
    const fixed = mount("kefu-fab", { draggable: false });
    await drag(fixed, [330, 520], [30, 100]);
    expect(placeOf(fixed).x).toBe(ROOM.right);
    const fab = mount("kefu-fab");
    await drag(fab, [330, 520], [333, 517]);
    expect(placeOf(fab).x).toBe(ROOM.right);
    expect(storage.size).toBe(0);
  });
});

describe("what it opens", () => {
  const rows = (fab: Mounted) => fab.querySelectorAll(".kefu-fab__label").map(({ dom }) => dom.textContent);

  it("is the contact button itself when there is nothing to choose", async ({ expect }) => {
    const fab = mount("kefu-fab", { context: { page: "pages/home/index" } });
    expect(fab.data["menu"]).toMatchObject({ direct: "contact" });
    const button = part(fab, ".kefu-fab .kefu-fab__entry");
    expect(attributes(button, ".kefu-button")).toMatchObject({
      openType: "contact",
      sessionFrom: 'kefu1{"page":"pages/home/index"}',
      ariaLabel: "客服与帮助",
    });
  });

  it("is a menu of both entry methods and the page's own items", async ({ expect }) => {
    const fab = mount("kefu-fab", { ...WECOM, items: [{ id: "faq", text: "常见问题" }, { id: 1 }, null] });
    expect(rows(fab)).toStrictEqual(["联系客服", "在线咨询", "常见问题"]);
    const heard = listen(fab, "toggle", "select");
    expect(attributes(fab, ".kefu-fab__panel")["class"]).toContain("kefu-fab__panel--closed");
    await tap(fab, ".kefu-fab__face");
    expect(attributes(fab, ".kefu-fab__panel")["class"]).not.toContain("kefu-fab__panel--closed");
    await tap(fab, ".kefu-fab__row.kefu-fab__label");
    expect(heard).toStrictEqual([
      ["toggle", { open: true }],
      ["toggle", { open: false }],
      ["select", { id: "faq" }],
    ]);
  });

  it("reports a context that cannot be encoded once, although two buttons are in the menu", ({ expect }) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const fab = mount("kefu-fab", WECOM);
    const heard = listen(fab, "error");
    fab.setData({ context: { page: "x".repeat(1_024) } });
    expect(heard).toMatchObject([["error", { reason: "too_long" }]]);
  });

  it("closes by a tap beside the menu", async ({ expect }) => {
    const fab = mount("kefu-fab", WECOM);
    await tap(fab, ".kefu-fab__face");
    await tap(fab, ".kefu-fab__mask");
    expect(fab.data["open"]).toBe(false);
  });

  it("reports the user's return long after the menu has closed", async ({ expect }) => {
    const fab = mount("kefu-fab", WECOM);
    const heard = listen(fab, "contact");
    await tap(fab, ".kefu-fab__face");
    const contact = part(fab, ".kefu-fab__entry");
    await tap(contact, ".kefu-button");
    expect(fab.data["open"]).toBe(false);
    await native(contact, ".kefu-button", "contact", { path: "pages/order/index", query: { id: "1" } });
    expect(heard).toMatchObject([["contact", { page: "pages/order/index", query: { id: "1" } }]]);
  });

  it("opens the WeCom chat from its row", async ({ expect }) => {
    const wx = usePhone();
    const fab = mount("kefu-fab", { ...WECOM, contact: false, items: [{ id: "faq", text: "常见问题" }] });
    const heard = listen(fab, "opened");
    await tap(part(fab, ".kefu-fab__entry"), ".kefu-button");
    expect(wx["openCustomerServiceChat"]).toHaveBeenCalledOnce();
    expect(heard).toStrictEqual([["opened", {}]]);
  });

  it("offers only the available entry method", ({ expect }) => {
    usePhone(WINDOW, { platform: "ohos" });
    expect(mount("kefu-fab", WECOM).data["menu"]).toMatchObject({ contact: false, chat: true, direct: "chat" });
    usePhone(WINDOW, { sdkVersion: "2.10.0" });
    expect(mount("kefu-fab", WECOM).data["menu"]).toMatchObject({ contact: true, chat: false, direct: "contact" });
  });
});

describe("its badge", () => {
  it.for([
    ["3", 3, "3"],
    ["120", 120, "99+"],
    ["新", "新", "新"],
    ["0", 0, ""],
    ["-1", -1, ""],
    ["NaN", Number.NaN, ""],
    ["U+200B U+3000", "\u200b\u3000", ""],
  ] as const)("for %s", ([, badge, shown], { expect }) => {
    const fab = mount("kefu-fab", { badge });
    expect(fab.querySelector(".kefu-fab__badge")?.dom.textContent ?? "").toBe(shown);
    expect(fab.data["label"]).toBe(shown === "" ? "客服与帮助" : `客服与帮助 (${shown})`);
  });

  it("is English when WeChat is", ({ expect }) => {
    usePhone(WINDOW, { language: "en" });
    expect(mount("kefu-fab", { badge: 2 }).data["label"]).toBe("Help and contact (2)");
  });
});

it("shows rows of the page in its slot", ({ expect }) => {
  const page = mountTemplate(
    `<kefu-fab id="f" items="{{items}}"><text class="own">门店</text></kefu-fab>`,
    { "kefu-fab": "kefu-fab" },
    {
      data: { items: [{ id: "faq", text: "常见问题" }] },
    },
  );
  expect(part(page, ".own").dom.closest("kefu-fab")).not.toBeNull();
});
