/**
 * The `wx` object of the mini program: real where the phone can implement it (pages, storage, theme, tabs), simulated
 * where WeChat is needed (`openCustomerServiceChat`, whose outcome is set in the developer panel). All other functions
 * are undefined, as on an old client, and `wx.canIUse` returns false for them.
 */
import type { AppearanceSource } from "./appearance.ts";
import type { Bars, ToPhone } from "./messages.ts";
import type { PageStack, WayProblem } from "./page-stack.ts";
import { answering, WX_OK, type WxOutcome } from "./wx-answer.ts";
import { describeClient } from "./wx-client.ts";
import { createDialogs, type WxDialogs } from "./wx-dialogs.ts";
import { createStorage } from "./wx-storage.ts";

/** The injected dependencies of `wx`. */
export interface WxParts {
  readonly language: string;
  readonly appearance: AppearanceSource;
  /** Whether to simulate a client older than `wx.openCustomerServiceChat`. */
  readonly isOldClient: boolean;
  readonly stack: () => PageStack;
  readonly isInTap: () => boolean;
  readonly sendToPhone: (message: ToPhone) => void;
  /** Redraws the bars. */
  readonly redraw: () => void;
  readonly tabs: Bars["tabs"];
}

/** `wx`, and callbacks for the results that its functions wait for. */
export interface Wx extends Pick<WxDialogs, "endServiceChat" | "endModal"> {
  readonly wx: Readonly<Record<string, unknown>>;
}

const COMPONENTS = new Set(["button", "button.open-type", "button.open-type.contact", "button.show-message-card"]);

/** Creates the `wx` object. */
export function createWx(parts: WxParts): Wx {
  const { isOldClient, sendToPhone } = parts;
  const dialogs = createDialogs(sendToPhone, parts.isInTap);
  const toast = (text: string): WxOutcome => {
    sendToPhone({ kind: "toast", text });
    return WX_OK;
  };
  const wx: Record<string, unknown> = {
    ...createStorage(),
    ...describeClient(parts.language, parts.appearance, isOldClient),
    ...createWays(parts.stack),
    ...createBars(parts),
    showModal: dialogs.showModal,
    showToast: answering("showToast", ({ title }) => toast(String(title))),
    makePhoneCall: answering("makePhoneCall", ({ phoneNumber }) => toast(`☎ ${String(phoneNumber)}`)),
    nextTick: (run: () => void) => queueMicrotask(run),
    ...(!isOldClient && { openCustomerServiceChat: dialogs.openCustomerServiceChat }),
  };
  wx["canIUse"] = (schema: string): boolean => COMPONENTS.has(schema) || Object.hasOwn(wx, schema.split(".")[0] ?? "");
  return { wx, endServiceChat: dialogs.endServiceChat, endModal: dialogs.endModal };
}

function createWays(stack: () => PageStack) {
  const go = (name: string, way: (url: string) => WayProblem) =>
    answering(name, ({ url }) => toOutcome(way(String(url))));
  return {
    navigateTo: go("navigateTo", (url) => stack().navigateTo(url)),
    redirectTo: go("redirectTo", (url) => stack().redirectTo(url)),
    switchTab: go("switchTab", (url) => stack().switchTab(url)),
    reLaunch: go("reLaunch", (url) => stack().reLaunch(url)),
    navigateBack: answering("navigateBack", ({ delta }) => toOutcome(stack().navigateBack(Number(delta ?? 1)))),
  };
}

function createBars({ stack, tabs, redraw }: WxParts) {
  return {
    setNavigationBarTitle: answering("setNavigationBarTitle", ({ title }) => {
      stack().setTitle(String(title));
      return WX_OK;
    }),
    setTabBarItem: answering("setTabBarItem", ({ index, text }) => {
      const item = tabs?.items[Number(index)];
      if (item === undefined) return { ok: false, error: { why: "tab is not found" } };
      item.text = String(text);
      redraw();
      return WX_OK;
    }),
  };
}

function toOutcome(problem: WayProblem): WxOutcome {
  return problem === null ? WX_OK : { ok: false, error: { why: problem } };
}
