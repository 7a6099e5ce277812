/**
 * The entry of the frame: creates the globals of a mini program, runs the definitions of its pages and components,
 * opens the first page, and sends changes to the phone. Its URL contains the language and the kind of client to
 * simulate.
 */
import { MiniProgramEnv } from "glass-easel-miniprogram-adapter";
import { program } from "virtual:program";
import { createAppearance } from "./appearance.ts";
import { createBackend } from "./backend.ts";
import { colorsOf, createTabs } from "./bars.ts";
import { readToProgram, type ToPhone, type ToProgram } from "./messages.ts";
import { call, createPageStack, type PageStack } from "./page-stack.ts";
import { parsePagePath } from "./path.ts";
import { objectAt } from "./program.ts";
import { defineStandIns, STAND_IN_TAGS, type ContactButton } from "./stand-ins.ts";
import { createWx } from "./wx.ts";

const sendToPhone = (message: ToPhone): void => parent.postMessage(message, location.origin);
const query = new URLSearchParams(location.search);

const env = new MiniProgramEnv();
const space = env.createCodeSpace("program", true);
const componentTags = new Set(program.parts.flatMap(({ json }) => Object.keys(objectAt(json, "usingComponents"))));
const backend = createBackend(STAND_IN_TAGS, componentTags);
const appearance = createAppearance(query.get("appearance") === "dark" ? "dark" : "light");
const tabs = createTabs(program);
const pagePaths = program.parts.filter((part) => part.isPage).map((part) => part.path);

let stack: PageStack | undefined;
/** The button that opened the chat: it receives the event when the user returns through a card. */
let contactButton: ContactButton | undefined;

const { wx, endServiceChat, endModal } = createWx({
  language: query.get("language") ?? "zh_CN",
  isOldClient: query.get("client") === "old",
  appearance,
  stack: () => stackOrThrow(),
  isInTap: backend.isInTap,
  sendToPhone,
  redraw,
  tabs,
});

function stackOrThrow(): PageStack {
  if (stack === undefined) throw new Error("no page is open yet");
  return stack;
}

function redraw(): void {
  const page = stack?.top();
  if (stack === undefined || page === undefined) return;
  const selected = stack.tabs.indexOf(page.path);
  sendToPhone({
    kind: "bars",
    title: stack.title(),
    canGoBack: stack.pages().length > 1 || !isFirstScreen(page.path),
    colors: colorsOf(program, appearance.current()),
    tabs: tabs === null || selected < 0 ? null : { ...tabs, selected },
  });
}

/**
 * Returns whether a page is a start page: the first page or a tab page. Any other page opened from outside gets a back
 * button, which opens the first page, as in WeChat.
 */
function isFirstScreen(path: string): boolean {
  return path === pagePaths[0] || stackOrThrow().tabs.includes(path);
}

function openChat(button: ContactButton): void {
  contactButton = button;
  const top = stack?.top();
  const offer = {
    title: button.sendMessageTitle || (stack?.title() ?? ""),
    path: button.sendMessagePath || (top?.path ?? ""),
    image: button.sendMessageImg,
  };
  sendToPhone({ kind: "contact", sessionFrom: button.sessionFrom, offer: button.showMessageCard ? offer : null });
}

function obey(message: ToProgram): void {
  switch (message.kind) {
    case "launch":
      stackOrThrow().reLaunch(toUrl(message.path));
      break;
    case "back":
      if (stackOrThrow().navigateBack(1) !== null) stackOrThrow().reLaunch(`/${pagePaths[0] ?? ""}`);
      break;
    case "tab":
      stackOrThrow().switchTab(`/${stackOrThrow().tabs[message.index] ?? ""}`);
      break;
    case "appearance":
      appearance.set(message.appearance);
      break;
    case "hidden":
      stackOrThrow().setShown(false);
      break;
    case "shown":
      stackOrThrow().setShown(true);
      if (message.card !== null) comeBackBy(toUrl(message.card));
      break;
    case "modalEnd":
      endModal(message.call, message.confirm);
      break;
    case "serviceChatEnd":
      endServiceChat(message.call, message.outcome);
      break;
  }
}

/**
 * Handles a return from the chat by a tap on a card. WECHAT.md §9.1: the card is reported to the page whose button
 * opened the chat, which then navigates; without such a button the card's page is opened.
 */
function comeBackBy(url: string): void {
  if (contactButton === undefined) stackOrThrow().reLaunch(url);
  else contactButton.fire(parsePagePath(url));
}

/** Returns the path with a leading slash; cards write paths with or without it. */
function toUrl(path: string): string {
  return `/${path.replace(/^\//, "")}`;
}

/**
 * Defines pages and components one after another, because the globals `Page` and `Component` belong to the part that is
 * being defined.
 */
async function defineParts(): Promise<void> {
  defineStandIns(space.getComponentSpace(), openChat);
  for (const { path, json, scope } of program.parts) {
    space.addComponentStaticConfig(path, json);
    const content = program.templates[path];
    if (content === undefined) throw new Error(`${path}.wxml is missing`);
    space.addCompiledTemplate(path, { groupList: program.templates, content });
    space.addStyleSheet(path, undefined, scope);
  }
  for (const part of program.parts) {
    space.componentEnv(part.path, ({ Page, Component }) =>
      Object.assign(globalThis, { Page, Component: withoutNamedBehaviors(Component) }),
    );
    await part.run();
  }
}

/**
 * Removes behaviors that are named by text: these are WeChat's own (`wx://form-field`), which neither the phone nor
 * glass-easel has.
 */
function withoutNamedBehaviors(define: (definition: object) => unknown): (definition: object) => unknown {
  return (definition) => {
    const behaviors: unknown = Reflect.get(definition, "behaviors");
    if (!Array.isArray(behaviors)) return define(definition);
    return define({ ...definition, behaviors: behaviors.filter((behavior) => typeof behavior !== "string") });
  };
}

/**
 * Reports every change of the window's size. The window's own `resize` event does not report changes before the first
 * frame is painted, and the tab bar often appears before that.
 */
function watchSize(onResize: () => void): void {
  const measure = () => `${innerWidth}×${innerHeight}`;
  let known = measure();
  new ResizeObserver(() => {
    const size = measure();
    if (size === known) return;
    known = size;
    onResize();
  }).observe(document.documentElement);
}

async function start(): Promise<void> {
  document.documentElement.lang = (query.get("language") ?? "zh_CN").replace("_", "-");
  let app: object = {};
  // Set before the parts are defined, because a package may create a behavior as soon as it is imported.
  space.componentEnv("app", ({ Behavior }) => Object.assign(globalThis, { Behavior }));
  Object.assign(globalThis, {
    wx,
    App: (definition: object) => (app = definition),
    getApp: () => app,
    getCurrentPages: () => stack?.pages().map((page) => page.root.get()) ?? [],
  });
  await program.run();
  await defineParts();
  const launch = parsePagePath(`/${pagePaths[0] ?? ""}`);
  stack = createPageStack(program, space, env.associateBackend(backend.context), backend.context, redraw);
  call(app, "onLaunch", { ...launch, scene: 1001 });
  call(app, "onShow", { ...launch, scene: 1001 });
  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== parent) return;
    const message = readToProgram(event.data);
    if (message !== null) obey(message);
  });
  watchSize(() => stackOrThrow().resize());
  appearance.onChange(redraw);
  stack.reLaunch(`/${pagePaths[0] ?? ""}`);
  sendToPhone({ kind: "ready", pages: [...pagePaths] });
}

await start();
