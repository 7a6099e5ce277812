/**
 * Which entry methods of customer service a client can open, and the reason when it cannot (WECHAT.md §9.1, §9.3).
 * Pure: the client is an argument; `client.ts` reads it from `wx`.
 */
import { compareVersions } from "./version.ts";

/**
 * An entry method of customer service: `contact` is `<button open-type="contact">`, `contact.card` its message card,
 * `chat` is `wx.openCustomerServiceChat` (WeCom 微信客服).
 */
export type Capability = "contact" | "contact.card" | "chat";

/** Why a client cannot open an entry method; `platform` is a limit that the app has added (see `addLimit`). */
export type Limit = "base_library" | "harmonyos" | "plugin" | "wecom" | "platform";

/**
 * An entry method that is documented by WeChat but reported as broken by users. Used only if no other method is
 * available.
 */
export type Doubt = "reported_dead";

/** The platforms WeChat documents (`wx.getDeviceInfo`). */
export type Platform = "ios" | "android" | "ohos" | "ohos_pc" | "windows" | "mac" | "devtools";

/** The app's changes to the limits of this package. */
export interface LimitChanges {
  /** The limits, and the reports of broken entry methods, that this package ignores at the app's request (`liftLimit`). */
  readonly lifted: ReadonlySet<Limit | Doubt>;
  /** Entry methods that do not work on a platform, as `contact mac`. */
  readonly added: ReadonlySet<string>;
}

/** The known properties of the client. */
export interface Client {
  /** Version of the base library; empty when unknown. */
  readonly sdkVersion: string;
  /** `ios`, `android`, `ohos`, `windows`, …; empty when unknown. */
  readonly platform: string;
  /** The code runs inside a plugin (插件). */
  readonly inPlugin: boolean;
  /** The mini program is open in WeCom (企业微信), not in WeChat. */
  readonly inWeCom: boolean;
  /** Calls `wx.canIUse`. */
  readonly canIUse: (schema: string) => boolean;
}

interface Requirement {
  readonly version: string;
  readonly schema: string;
  /** The base library version since which plugins may use the entry method; undefined: plugins may not use it. */
  readonly pluginVersion: string | undefined;
  readonly onHarmonyOs: boolean;
  readonly inWeCom: boolean;
  /** Platforms on which users report that tapping has no effect. */
  readonly deadOn: readonly string[];
}

const REQUIREMENTS = {
  contact: {
    version: "1.1.0",
    schema: "button.open-type.contact",
    pluginVersion: "3.2.5",
    onHarmonyOs: false,
    inWeCom: true,
    deadOn: ["mac", "windows"],
  },
  "contact.card": {
    version: "1.5.0",
    schema: "button.show-message-card",
    pluginVersion: "3.2.5",
    onHarmonyOs: false,
    inWeCom: true,
    deadOn: ["mac", "windows"],
  },
  chat: {
    version: "2.19.0",
    schema: "openCustomerServiceChat",
    pluginVersion: undefined,
    onHarmonyOs: true,
    inWeCom: false,
    deadOn: [],
  },
} as const satisfies Record<Capability, Requirement>;

/**
 * Returns why a client cannot open an entry method.
 *
 * @param changes the app's changes to the limits (see `liftLimit`, `addLimit`)
 * @returns undefined when the client can open it
 */
export function findLimit(capability: Capability, client: Client, changes: LimitChanges): Limit | undefined {
  const { lifted, added } = changes;
  const { onHarmonyOs, inWeCom, pluginVersion }: Requirement = REQUIREMENTS[capability];
  // The card is an attribute of the contact button, so the limits of the button apply too.
  const ways = capability === "contact.card" ? ["contact", capability] : [capability];
  const isAdded = ways.some((way) => added.has(limitKey(way, client.platform)));
  if (isAdded && !lifted.has("platform")) return "platform";
  if (isHarmonyOs(client) && !onHarmonyOs && !lifted.has("harmonyos")) return "harmonyos";
  if (client.inWeCom && !inWeCom && !lifted.has("wecom")) return "wecom";
  if (client.inPlugin && !lifted.has("plugin")) {
    if (pluginVersion === undefined || isOlder(client, pluginVersion)) return "plugin";
  }
  return isNewEnough(capability, client) || lifted.has("base_library") ? undefined : "base_library";
}

/** Returns whether an available entry method is reported not to work on this client (WECHAT.md §9.1). */
export function isDoubted(capability: Capability, { platform }: Client, { lifted }: LimitChanges): boolean {
  const { deadOn }: Requirement = REQUIREMENTS[capability];
  return deadOn.includes(platform.toLowerCase()) && !lifted.has("reported_dead");
}

const PLATFORM = /^(?:ios|android|ohos|ohos_pc|windows|mac|devtools)$/i;

/** Returns whether this package knows an entry method of this name; JavaScript callers may pass any text. */
export function isCapability(name: string): boolean {
  return Object.keys(REQUIREMENTS).includes(name);
}

/** Returns whether WeChat documents a platform of this name, ignoring case. */
export function isPlatform(name: string): boolean {
  return PLATFORM.test(name);
}

/** Returns the key of `LimitChanges.added` for the limit of one platform. */
export function limitKey(capability: string, platform: string): string {
  return `${capability} ${platform.toLowerCase()}`;
}

/**
 * Returns whether the base library has the method: decided by its version; by `canIUse`, whose data can be outdated,
 * only when the version is unknown.
 */
function isNewEnough(capability: Capability, client: Client): boolean {
  const { version, schema } = REQUIREMENTS[capability];
  return client.sdkVersion === "" ? client.canIUse(schema) : !isOlder(client, version);
}

function isOlder(client: Client, version: string): boolean {
  return compareVersions(client.sdkVersion, version) < 0;
}

function isHarmonyOs({ platform }: Client): boolean {
  return platform === "ohos" || platform === "ohos_pc";
}
