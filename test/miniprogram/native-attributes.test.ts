/**
 * The optional attributes of WeChat's button: an empty `business-id` keeps the chat from opening on clients since 2024
 * (WECHAT.md §9.1), so an attribute that the page did not give is not written.
 */
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";
import { attributes, DIST, mount, part, tap, useClient, usePage, refuse, pass, type Mounted } from "./support.ts";

const WECOM = { corpId: "ww1234567890abcdef", url: "https://work.weixin.qq.com/kfid/kfc1" };

/** The properties that a page may set, and the attribute of each. */
const GIVEN = [
  ["sessionFrom", "from=home"],
  ["businessId", "b1"],
  ["showMessageCard", true],
  ["sendMessageTitle", "青瓷茶杯"],
  ["sendMessagePath", "pages/product/index?id=42"],
  ["sendMessageImg", "/cup.png"],
] as const;
const NAMES: ReadonlySet<string> = new Set(GIVEN.map(([name]) => name));

type Attributes = Readonly<Record<string, unknown>>;

/** All combinations of properties; the parts of a card occur only with the card. */
const SETS: readonly Attributes[] = Array.from({ length: 2 ** GIVEN.length }, (_, bits) =>
  Object.fromEntries(GIVEN.filter((_given, index) => (bits >> index) % 2 === 1)),
).filter((set) => "showMessageCard" in set || Object.keys(set).every((name) => !name.startsWith("sendMessage")));

/** The page's properties that ask for these attributes. */
function propertiesOf(set: Attributes): object {
  const { sessionFrom, businessId, sendMessageTitle: title, sendMessagePath: path, sendMessageImg: image } = set;
  return {
    ...(sessionFrom === undefined ? {} : { sessionFrom }),
    ...(businessId === undefined ? {} : { businessId }),
    ...("showMessageCard" in set ? { card: JSON.parse(JSON.stringify({ title, path, image })) } : {}),
  };
}

/** The attributes that are written, of those that a page may set. */
function optionalOf(component: Mounted): Attributes {
  const all = Object.entries(attributes(component, ".kefu-button"));
  return Object.fromEntries(all.filter(([name]) => NAMES.has(name)));
}

beforeEach(() => {
  useClient({ calls: { getStorageSync: () => "" } });
  usePage("pages/home/index");
  pass();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the native button has only the attributes that the page gave", () => {
  it("in contact-button", ({ expect }) => {
    expect(SETS).toHaveLength(36);
    for (const set of SETS) {
      const button = mount("contact-button", propertiesOf(set));
      expect(optionalOf(button)).toStrictEqual(set);
      expect(attributes(button, ".kefu-button")["openType"]).toBe("contact");
    }
  });

  it("in open-customer-service-chat, before and after it has become the contact button", async ({ expect }) => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    for (const set of SETS) {
      pass();
      useClient({ calls: { openCustomerServiceChat: refuse("openCustomerServiceChat:fail not bind", 6) } });
      const button = mount("open-customer-service-chat", { ...WECOM, fallback: "contact", ...propertiesOf(set) });
      expect(optionalOf(button)).toStrictEqual({});
      expect(attributes(button, ".kefu-button")).not.toHaveProperty("openType");
      await tap(button, ".kefu-button");
      expect(optionalOf(button)).toStrictEqual(set);
    }
  });

  it("in kefu-fab, as the button itself and in its menu", ({ expect }) => {
    for (const set of SETS) {
      for (const more of [{}, WECOM]) {
        const fab = mount("kefu-fab", { ...more, ...propertiesOf(set) });
        expect(optionalOf(part(fab, ".kefu-fab__entry"))).toStrictEqual(set);
      }
    }
  });

  it("when the page gives it later, or takes it back", ({ expect }) => {
    const button = mount("contact-button", { businessId: "b1" });
    button.setData({ businessId: "", sessionFrom: "from=home", card: {} });
    expect(optionalOf(button)).toStrictEqual({ sessionFrom: "from=home", showMessageCard: true });
    button.setData({ sessionFrom: "", card: null });
    expect(optionalOf(button)).toStrictEqual({});
  });

  it("also where the page gave an empty text", ({ expect }) => {
    const card = { title: "", path: "", image: "" };
    const button = mount("contact-button", { sessionFrom: "", businessId: "", card });
    expect(optionalOf(button)).toStrictEqual({ showMessageCard: true });
  });
});

describe("WeChat's own compiler", () => {
  interface Tag {
    readonly tag: string;
    readonly attr?: Attributes;
    readonly children?: readonly (Tag | string)[];
  }

  const buttonsIn = (tag: Tag | string): readonly Attributes[] =>
    typeof tag === "string"
      ? []
      : [...(tag.tag === "wx-button" ? [tag.attr ?? {}] : []), ...(tag.children ?? []).flatMap(buttonsIn)];

  it.for(["contact-button", "open-customer-service-chat"])(
    "makes one button of %s, without an empty attribute",
    async (name, { expect }) => {
      const compiler: { wxmlToJs(root: string): string } = createRequire(import.meta.url)("miniprogram-compiler");
      // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- what the compiler makes is a script: it must run
      const build = new Function("window", compiler.wxmlToJs(DIST));
      const gwx: (path: string) => (data: object) => Tag = build({ __webview_engine_version__: 0.02 });
      const render = (data: object) => buttonsIn(gwx(`${name}/index.wxml`)({ look: {}, kefuCard: {}, ...data }));
      for (const mode of ["contact", "chat", "help"]) {
        const buttons = render({ mode, kefuSessionFrom: "", businessId: "" });
        expect(buttons).toHaveLength(1);
        expect(Object.keys(buttons[0] ?? {}).filter((key) => NAMES.has(key))).toStrictEqual([]);
      }
      const [given = {}] = render({ mode: "contact", businessId: "b1", kefuCard: { shown: true, path: "p" } });
      expect(given).toMatchObject({ businessId: "b1", showMessageCard: true, sendMessagePath: "p" });
      expect(given).not.toHaveProperty("sendMessageTitle");
    },
  );
});

it("no button of the package or the example binds such an attribute unconditionally", async ({ expect }) => {
  const sources = [join(MINIPROGRAM, "src"), join(MINIPROGRAM, "example/miniprogram")];
  const listed = await Promise.all(sources.map((folder) => readdir(folder, { recursive: true })));
  const files = listed.flatMap((names, index) => names.map((name) => join(sources[index] ?? "", name)));
  const templates = files.filter((file) => file.endsWith(".wxml") && !file.includes("miniprogram_npm"));
  expect(templates.length).toBeGreaterThanOrEqual(7);
  const texts = await Promise.all(templates.map((file) => readFile(file, "utf8")));
  const buttons = texts.flatMap((text) => text.match(/<button\b[^>]*>/g) ?? []);
  expect(buttons.length).toBeGreaterThanOrEqual(2);
  for (const button of buttons) {
    expect(button).not.toMatch(/\s(?:session-from|business-id|show-message-card|send-message-\w+)=/);
  }
});
