/**
 * Components of the built package in a simulated mini program (miniprogram-simulate), and a `wx` that the test
 * controls. WeChat's own buttons have no effect there: `native` triggers the events that WeChat would send.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { vi, type Mock } from "vitest";
import { MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";

/** What is used of a component in miniprogram-simulate. Its own types pull in those of `wx`, which clash with Node's. */
export interface Mounted {
  readonly data: Readonly<Record<string, unknown>>;
  readonly dom: HTMLElement;
  readonly instance: {
    triggerEvent(name: string, detail: unknown): void;
    addEventListener(name: string, listener: (event: { readonly detail: unknown }) => void): void;
    setData(data: object): void;
  };
  setData(data: object): void;
  attach(parent: Node): void;
  detach(): void;
  querySelector(selector: string): Mounted | undefined;
  querySelectorAll(selector: string): readonly Mounted[];
  dispatchEvent(name: string, options?: object): void;
  addEventListener(name: string, listener: (event: { readonly detail: unknown }) => void): void;
  triggerLifeTime(name: string): void;
  triggerPageLifeTime(name: string): void;
  toJSON(): { readonly attrs: readonly { readonly name: string; readonly value: unknown }[] };
}

interface Simulate {
  load(path: string, tag: string, options: object): string;
  load(definition: object): string;
  render(id: string, properties?: object): Mounted;
  sleep(ms: number): Promise<void>;
}

const require = createRequire(import.meta.url);
/** The built package. */
export const DIST = join(MINIPROGRAM, "dist");
const simulate: Simulate = require("miniprogram-simulate");

/** The functions of the package that tests call; their types are checked in consumer.test.ts. */
interface Helpers {
  encodeSessionFrom(context: object, options?: object): { readonly ok: boolean; readonly value?: string };
  decodeSessionFrom(text: string): Readonly<Record<string, unknown>>;
  buildCardPath(page: string, query: object, context?: object): { readonly ok: boolean; readonly value?: string };
  parseCardPath(path: string, query?: unknown): unknown;
  openServiceChat(options: object): Promise<unknown>;
  supports(capability: string): boolean;
  whyUnsupported(capability: string): string | undefined;
  liftLimit(...limits: readonly string[]): void;
  addLimit(capability: string, ...platforms: readonly string[]): void;
  followCard(detail: object): Promise<unknown>;
  readContactDetail(detail: unknown): object;
  createKefu(): Pick<Helpers, "encodeSessionFrom" | "decodeSessionFrom" | "buildCardPath" | "parseCardPath">;
  readonly contactBehavior: unknown;
}

/** The package's published helpers. */
export const helpers: Helpers = require(join(DIST, "index.js"));

/**
 * Registers a component under the name of its folder.
 *
 * @returns its id in the simulator
 */
export function load(name: string): string {
  return simulate.load(join(DIST, name, "index"), name, { rootPath: DIST });
}

/** Renders a component on the page. */
export function mount(name: string, properties: object = {}): Mounted {
  return attach(simulate.render(load(name), properties));
}

/**
 * Renders a template on the page.
 *
 * @param tags the name of the package's component for each tag in the template
 */
export function mountTemplate(template: string, tags: Readonly<Record<string, string>>, rest: object = {}): Mounted {
  const usingComponents = Object.fromEntries(Object.entries(tags).map(([tag, name]) => [tag, load(name)]));
  return attach(simulate.render(simulate.load({ template, usingComponents, ...rest })));
}

function attach(component: Mounted): Mounted {
  const parent = document.createElement("div");
  document.body.append(parent);
  component.attach(parent);
  return component;
}

/** One part of a component; throws when it is missing, so that a test cannot pass without it. */
export function part(component: Mounted, selector: string): Mounted {
  const found = component.querySelector(selector);
  if (found === undefined) throw new Error(`there is no ${selector}`);
  return found;
}

/** The attributes of a part, named as in the component (`session-from` is `sessionFrom`). */
export function attributes(component: Mounted, selector: string): Readonly<Record<string, unknown>> {
  const { attrs } = part(component, selector).toJSON();
  const toCamel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(attrs.map(({ name, value }) => [toCamel(name), value]));
}

/** Triggers a native event of WeChat, which does not bubble. */
export async function native(component: Mounted, selector: string, name: string, detail: unknown): Promise<void> {
  part(component, selector).instance.triggerEvent(name, detail);
  await settle();
}

/** Simulates a tap of the user. */
export async function tap(component: Mounted, selector: string): Promise<void> {
  part(component, selector).dispatchEvent("tap");
  await settle();
}

/** Runs pending work: the simulator dispatches events with a timer of 0 ms, then promises settle. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(() => setTimeout(done)));
}

/** Records the events of a component. */
export function listen(component: Mounted, ...names: readonly string[]): readonly (readonly [string, unknown])[] {
  const heard: [string, unknown][] = [];
  for (const name of names) component.addEventListener(name, ({ detail }) => heard.push([name, detail]));
  return heard;
}

/** The properties of the simulated client, and the results of its calls. */
export interface ClientOptions {
  readonly sdkVersion?: string;
  readonly platform?: string;
  readonly language?: string;
  readonly plugin?: boolean;
  readonly wecom?: boolean;
  /** A function that replaces one of `wx`, or undefined where the client lacks it. */
  readonly calls?: Readonly<Record<string, Call | undefined>>;
}

type Options = Readonly<Record<string, unknown>>;
type Call = (options: Options) => unknown;

/** Answers a call with success. */
export function succeed(value: unknown = {}): Call {
  return ({ success }) => void (typeof success === "function" && success(value));
}

/** Answers a call with a failure. */
export function refuse(errMsg: string, errCode?: number): Call {
  return ({ fail }) =>
    void (typeof fail === "function" && fail({ errMsg, ...(errCode === undefined ? {} : { errCode }) }));
}

/** Replaces `wx` by a client of this kind. @returns its calls, to look at */
export function useClient(options: ClientOptions = {}): Readonly<Record<string, Mock>> {
  const { sdkVersion = "3.8.0", platform = "ios", language = "zh_CN", plugin = false, wecom = false } = options;
  const info = { SDKVersion: sdkVersion, language, platform };
  const calls: Record<string, Call | undefined> = {
    getAppBaseInfo: () => info,
    getDeviceInfo: () => ({ platform }),
    getSystemInfoSync: () => info,
    getAccountInfoSync: () => ({ miniProgram: { appId: "wx1" }, ...(plugin ? { plugin: { appId: "wx2" } } : {}) }),
    canIUse: () => true,
    openCustomerServiceChat: succeed(),
    showModal: succeed({ confirm: true, cancel: false }),
    showToast: succeed(),
    makePhoneCall: succeed(),
    navigateTo: succeed(),
    switchTab: succeed(),
    redirectTo: succeed(),
    ...options.calls,
  };
  const present = Object.entries(calls).flatMap(([name, call]) =>
    call === undefined ? [] : [[name, vi.fn<Call>(call)]],
  );
  const client: Record<string, Mock> = Object.fromEntries(present);
  vi.stubGlobal("wx", wecom ? { ...client, qy: {} } : client);
  return client;
}

/** Sets the current page of the user. */
export function usePage(route: string, options: object = {}): void {
  vi.stubGlobal("getCurrentPages", () => [{ route, options }]);
}

let clock = 1_790_000_000_000;

/** Advances the clock past the guard against double taps, which covers all buttons. @param ms default a minute */
export function pass(ms = 60_000): void {
  clock += ms;
  vi.spyOn(Date, "now").mockReturnValue(clock);
}
