/** The stack of open pages: `wx.navigateTo` and the related functions, and the lifecycle events they cause. */
import type { CurrentWindowBackendContext } from "glass-easel";
import type { AssociatedBackend, CodeSpace } from "glass-easel-miniprogram-adapter";
import { parsePagePath } from "./path.ts";
import { isObject, listAt, objectAt, textAt, type Program } from "./program.ts";

type Root = ReturnType<AssociatedBackend["createRoot"]>;

/** An open page. */
export interface OpenPage {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly root: Root;
  readonly host: HTMLElement;
}

/** The outcome of a navigation: null for success, otherwise WeChat's error text. */
export type WayProblem = string | null;

/** The open pages. */
export interface PageStack {
  readonly pages: () => readonly OpenPage[];
  readonly top: () => OpenPage | undefined;
  readonly tabs: readonly string[];
  readonly navigateTo: (url: string) => WayProblem;
  readonly redirectTo: (url: string) => WayProblem;
  readonly switchTab: (url: string) => WayProblem;
  readonly reLaunch: (url: string) => WayProblem;
  readonly navigateBack: (delta: number) => WayProblem;
  readonly setTitle: (title: string) => void;
  /** Returns the title of the top page; empty without a page. */
  readonly title: () => string;
  /** Notifies the top page that the window changed its size. */
  readonly resize: () => void;
  /** Reports to the top page whether the program is in the foreground; false while the chat covers it. */
  readonly setShown: (isShown: boolean) => void;
}

/** WeChat's limit on open pages. */
const MAX_PAGES = 10;

/** Creates the stack. @param onChange called after each navigation and each change of a title */
export function createPageStack(
  program: Program,
  space: CodeSpace,
  backend: AssociatedBackend,
  context: CurrentWindowBackendContext,
  onChange: () => void,
): PageStack {
  let open: readonly OpenPage[] = [];
  const titles = new Map<OpenPage, string>();
  const tabs = listAt(objectAt(program.config, "tabBar"), "list").map((tab) => textAt(tab, "pagePath"));
  const pagePaths = new Set(program.parts.filter((part) => part.isPage).map((part) => part.path));
  const top = (): OpenPage | undefined => open.at(-1);
  const resolve = (url: string) => parsePagePath(url, top()?.path);

  const create = (url: string): OpenPage => {
    const { path, query } = resolve(url);
    const root = backend.createRoot("wx-page", space, path);
    const host: unknown = root.getComponent().$$;
    if (!(host instanceof HTMLElement)) throw new Error(`${path} created no element`);
    host.dataset["path"] = path;
    return { path, query, root, host };
  };
  const load = ({ path, query, root }: OpenPage): void => {
    const page: unknown = root.get();
    if (isObject(page)) Object.assign(page, { route: path, options: query });
    call(page, "onLoad", query);
    const body = context.getRootNode();
    const placeholder = context.document.createTextNode("");
    body.appendChild(placeholder);
    root.attach(body, placeholder);
  };
  const show = (page: OpenPage | undefined, isShown: boolean): void => {
    if (page === undefined) return;
    page.host.hidden = !isShown;
    reportShown(page, isShown);
  };
  const close = (page: OpenPage): void => {
    call(page.root.get(), "onUnload");
    page.root.release();
    titles.delete(page);
    page.host.remove();
  };
  /** Closes all pages except the first `count`, then opens the URL, if given. */
  const goTo = (count: number, url?: string): WayProblem => {
    // A closed page receives `onUnload` only, without `onHide`, as on a phone.
    if (count === open.length) show(top(), false);
    const closing = open.slice(count);
    open = open.slice(0, count);
    for (const page of closing.toReversed()) close(page);
    const page = url === undefined ? undefined : create(url);
    if (page !== undefined) {
      open = [...open, page];
      load(page);
    }
    show(top(), true);
    onChange();
    if (page !== undefined) call(page.root.get(), "onReady");
    return null;
  };
  const checkPage = (url: string, isTab: boolean): WayProblem => {
    const { path } = resolve(url);
    if (!pagePaths.has(path)) return `page "${path}" is not found`;
    if (tabs.includes(path) === isTab) return null;
    return isTab ? "can not switch to no-tabBar page" : "can not navigateTo a tabbar page";
  };

  return {
    pages: () => open,
    top,
    tabs,
    navigateTo: (url) =>
      checkPage(url, false) ?? (open.length >= MAX_PAGES ? "webview count limit exceed" : goTo(open.length, url)),
    redirectTo: (url) => checkPage(url, false) ?? goTo(open.length - 1, url),
    switchTab: (url) => checkPage(url, true) ?? goTo(0, url),
    reLaunch: (url) => (pagePaths.has(resolve(url).path) ? goTo(0, url) : `page "${url}" is not found`),
    navigateBack: (delta) =>
      open.length < 2 ? "cannot navigate back at first page" : goTo(Math.max(1, open.length - delta)),
    setTitle: (title) => {
      const page = top();
      if (page !== undefined) titles.set(page, title);
      onChange();
    },
    title: () => {
      const page = top();
      return page === undefined ? "" : (titles.get(page) ?? titleOf(program, page.path));
    },
    resize: () => top()?.root.getComponent().triggerPageLifetime("resize", []),
    setShown: (isShown) => {
      const page = top();
      if (page !== undefined) reportShown(page, isShown);
    },
  };
}

function reportShown(page: OpenPage, isShown: boolean): void {
  call(page.root.get(), isShown ? "onShow" : "onHide");
  page.root.getComponent().triggerPageLifetime(isShown ? "show" : "hide", []);
}

/** Calls a method of an object; does nothing when the value is no object or lacks the method. */
export function call(target: unknown, name: string, ...args: readonly unknown[]): void {
  if (typeof target !== "object" || target === null) return;
  const method: unknown = Reflect.get(target, name);
  if (typeof method === "function") Reflect.apply(method, target, args);
}

function titleOf(program: Program, path: string): string {
  const json = program.parts.find((part) => part.path === path)?.json;
  const title = textAt(json, "navigationBarTitleText");
  return title === "" ? textAt(objectAt(program.config, "window"), "navigationBarTitleText") : title;
}
