/**
 * The client that runs the mini program, read from `wx`. Old base libraries lack some of these functions and any of
 * them may throw, so values that cannot be read are empty and the caller handles that.
 */
import { warnDeveloper } from "./developer-hint.ts";
import {
  findLimit,
  isCapability,
  isDoubted,
  isPlatform,
  limitKey,
  type Capability,
  type Client,
  type Doubt,
  type Limit,
  type Platform,
} from "./support.ts";

const lifted = new Set<Limit | Doubt>();
const added = new Set<string>();
const changes = { lifted, added };
let known: { readonly from: object; readonly client: Client } | undefined;

/**
 * Returns whether an entry method is available on this client.
 *
 * @example supports("chat") // false in WeCom, in plugins and with base libraries below 2.19.0
 */
export function supports(capability: Capability): boolean {
  return whyUnsupported(capability) === undefined;
}

/** Returns why an entry method is not available. @returns undefined when it is available */
export function whyUnsupported(capability: Capability): Limit | undefined {
  return findLimit(capability, readClient(), changes);
}

/**
 * Returns whether an available entry method is reported not to work on this client. The components then use another
 * method if there is one.
 */
export function isReportedDead(capability: Capability): boolean {
  return isDoubted(capability, readClient(), changes);
}

/**
 * Removes a limit known to this package. WeChat documents HarmonyOS as "not supported yet"; when that changes, an app
 * can lift the limit without a new version of this package. `reported_dead` covers users' reports about the contact
 * button on Mac and Windows. Call it in `app.ts`, before any page.
 *
 * @example liftLimit("harmonyos")
 */
export function liftLimit(...limits: readonly (Limit | Doubt)[]): void {
  for (const limit of limits) lifted.add(limit);
}

/**
 * Adds a limit unknown to this package: an entry method that does not work on these platforms. The components then
 * offer the other method if its address is set, otherwise the dialogue. Call it in `app.ts`, before any page. An
 * unknown name causes a console warning, because a misspelt name never applies; the name of a platform newer than this
 * package does apply.
 *
 * @param platforms as WeChat names them: `ios`, `android`, `ohos`, `ohos_pc`, `windows`, `mac`, `devtools`
 * @example addLimit("contact", "mac", "windows")
 */
export function addLimit(capability: Capability, ...platforms: readonly (Platform | (string & {}))[]): void {
  if (!isCapability(capability)) warnDeveloper("unknown_name", capability);
  for (const platform of platforms) {
    if (!isPlatform(platform)) warnDeveloper("unknown_name", platform);
    added.add(limitKey(capability, platform));
  }
}

/**
 * Returns the client as WeChat describes it. It does not change while the mini program runs, so it is read once per
 * `wx` object.
 */
export function readClient(): Client {
  if (known?.from !== wx) known = { from: wx, client: askWechat() };
  return known.client;
}

function askWechat(): Client {
  const app = readAppInfo();
  const device = typeof wx.getDeviceInfo === "function" ? read(() => wx.getDeviceInfo()) : app;
  return {
    sdkVersion: text(app["SDKVersion"]),
    platform: text(device["platform"]),
    inPlugin: readPlugin(),
    // WeCom documents both indicators; users report that either may be missing.
    inWeCom: "qy" in wx || app["environment"] === "wxwork",
    canIUse: (schema) => typeof wx.canIUse === "function" && wx.canIUse(schema),
  };
}

/** Returns the language of WeChat, such as `zh_CN`; empty when unknown. */
export function readLanguage(): string {
  return text(readAppInfo()["language"]);
}

/**
 * Reads the information about the app. Base libraries before 2.20.1 have no `getAppBaseInfo`, only the older function.
 */
function readAppInfo(): Readonly<Record<string, unknown>> {
  return read(() => (typeof wx.getAppBaseInfo === "function" ? wx.getAppBaseInfo() : wx.getSystemInfoSync()));
}

/** Returns whether the code runs in a plugin: `plugin` is present only then. */
function readPlugin(): boolean {
  if (typeof wx.getAccountInfoSync !== "function") return false;
  const plugin = read(() => wx.getAccountInfoSync())["plugin"];
  return typeof plugin === "object" && plugin !== null && text(read(() => plugin)["appId"]) !== "";
}

function read(get: () => unknown): Readonly<Record<string, unknown>> {
  try {
    const value = get();
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    console.warn("[edge-kefu] 无法读取客户端信息 / cannot read the information of the WeChat client", error);
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
