/**
 * The `wx` of the mini program: real where the phone can be real (pages, storage, theme, tabs), played where WeChat is
 * needed (`openCustomerServiceChat`, whose end the developer panel decides). What is not here is undefined, as on an old
 * client, so `wx.canIUse` tells the truth.
 */
import type { Bars, ServiceChatOutcome, ToPhone } from "./messages.ts";
import type { PageStack, WayProblem } from "./page-stack.ts";
import { objectAt, textAt } from "./program.ts";
import { answer, answering, type WxFailure } from "./wx-answer.ts";
import { createStorage } from "./wx-storage.ts";

/** What `wx` needs of the frame. */
export interface WxParts {
  readonly language: string;
  /** False: a client without `wx.openCustomerServiceChat`. */
  readonly hasServiceChat: boolean;
  readonly stack: () => PageStack;
  readonly isInTap: () => boolean;
  readonly tell: (message: ToPhone) => void;
  /** Draws the bars anew. */
  readonly redraw: () => void;
  readonly tabs: Bars["tabs"];
}

/** `wx`, and how calls under way are ended. */
export interface Wx {
  readonly wx: Readonly<Record<string, unknown>>;
  readonly endServiceChat: (call: number, outcome: ServiceChatOutcome) => void;
}

/** A base library that has all this file plays. */
const SDK_VERSION = "3.17.0";
const COMPONENTS = new Set(["button.open-type.contact", "button.open-type"]);

/** WECHAT.md §9.3: no official list; these are the ones seen. */
const CHAT_FAILURES: Readonly<Record<ServiceChatOutcome, WxFailure | null>> = {
  opened: null,
  notBound: { why: "not bind", errCode: 6 },
  cancelled: { why: "cancel" },
};

/** Creates it. */
export function createWx(parts: WxParts): Wx {
  const { stack, tell } = parts;
  const calls = new Map<number, (outcome: ServiceChatOutcome) => void>();
  let lastCall = 0;
  const go = (name: string, way: (url: string) => WayProblem) =>
    answering(name, ({ url }) => toFailure(way(String(url))));

  const openCustomerServiceChat = (given: unknown): void => {
    const options = objectAt({ given }, "given");
    const outcome = new Promise<WxFailure | null>((resolve) => {
      if (!parts.isInTap()) return resolve({ why: "can only be invoked by user TAP gesture." });
      lastCall += 1;
      calls.set(lastCall, (end) => resolve(CHAT_FAILURES[end]));
      const url = textAt(options["extInfo"], "url");
      tell({ kind: "serviceChat", call: lastCall, corpId: textAt(options, "corpId"), url });
    });
    // No promise form in WeChat (WECHAT.md §9.3).
    void answer("openCustomerServiceChat", { complete: () => {}, ...options }, outcome);
  };

  const wx: Record<string, unknown> = {
    ...createStorage(),
    ...describeClient(parts.language),
    navigateTo: go("navigateTo", (url) => stack().navigateTo(url)),
    redirectTo: go("redirectTo", (url) => stack().redirectTo(url)),
    switchTab: go("switchTab", (url) => stack().switchTab(url)),
    reLaunch: go("reLaunch", (url) => stack().reLaunch(url)),
    navigateBack: answering("navigateBack", ({ delta }) => toFailure(stack().navigateBack(Number(delta ?? 1)))),
    setNavigationBarTitle: answering("setNavigationBarTitle", ({ title }) => {
      const page = stack().top();
      if (page !== undefined) page.title = String(title);
      parts.redraw();
      return null;
    }),
    setTabBarItem: answering("setTabBarItem", ({ index, text }) => {
      const item = parts.tabs?.items[Number(index)];
      if (item === undefined) return { why: "tab is not found" };
      item.text = String(text);
      parts.redraw();
      return null;
    }),
    showToast: answering("showToast", ({ title }) => {
      tell({ kind: "toast", text: String(title) });
      return null;
    }),
    nextTick: (run: () => void) => queueMicrotask(run),
    ...(parts.hasServiceChat && { openCustomerServiceChat }),
  };
  wx["canIUse"] = (schema: string): boolean => COMPONENTS.has(schema) || Object.hasOwn(wx, schema.split(".")[0] ?? "");
  return { wx, endServiceChat: (call, outcome) => calls.get(call)?.(outcome) };
}

/** What a program may ask about the phone. */
function describeClient(language: string): Readonly<Record<string, unknown>> {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const themeOf = (query: { readonly matches: boolean }): string => (query.matches ? "dark" : "light");
  const base = () => ({ SDKVersion: SDK_VERSION, language, theme: themeOf(dark), version: "8.0.50" });
  const device = () => ({ platform: "android", brand: "edge-kefu", model: "phone", system: "Android 15" });
  const screen = () => {
    const { innerWidth: width, innerHeight: height } = window;
    const safeArea = { left: 0, top: 0, right: width, bottom: height, width, height };
    return { pixelRatio: devicePixelRatio, windowWidth: width, windowHeight: height, screenWidth: width, safeArea };
  };
  return {
    getAppBaseInfo: base,
    getDeviceInfo: device,
    getWindowInfo: screen,
    getSystemInfoSync: () => ({ ...base(), ...device(), ...screen() }),
    onThemeChange: (listener: (event: { readonly theme: string }) => void) =>
      dark.addEventListener("change", (query) => listener({ theme: themeOf(query) })),
  };
}

function toFailure(problem: WayProblem): WxFailure | null {
  return problem === null ? null : { why: problem };
}
