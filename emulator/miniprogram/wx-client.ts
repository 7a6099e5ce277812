/** Information about the phone for a mini program: version, language, theme, window. */
import type { AppearanceSource } from "./appearance.ts";

/** A base library version that has all functions of this runtime. */
const SDK_VERSION = "3.17.0";
/** A base library version without `openCustomerServiceChat` (2.19.0), `getAppBaseInfo` and `getWindowInfo` (2.20.1). */
const OLD_SDK_VERSION = "2.18.1";

/** Returns the functions of `wx` that describe the client. @param isOld an old client, which lacks later functions */
export function describeClient(
  language: string,
  appearance: AppearanceSource,
  isOld: boolean,
): Readonly<Record<string, unknown>> {
  const base = () => ({
    SDKVersion: isOld ? OLD_SDK_VERSION : SDK_VERSION,
    language,
    theme: appearance.current(),
    version: "8.0.50",
  });
  const device = () => ({ platform: "android", brand: "edge-kefu", model: "phone", system: "Android 15" });
  return {
    getSystemInfoSync: () => ({ ...base(), ...device(), ...describeWindow() }),
    onThemeChange: (listener: (event: { readonly theme: string }) => void) =>
      appearance.onChange((theme) => listener({ theme })),
    ...(!isOld && { getAppBaseInfo: base, getDeviceInfo: device, getWindowInfo: describeWindow }),
  };
}

function describeWindow() {
  const { innerWidth: width, innerHeight: height } = window;
  const safeArea = { left: 0, top: 0, right: width, bottom: height, width, height };
  return { pixelRatio: devicePixelRatio, windowWidth: width, windowHeight: height, screenWidth: width, safeArea };
}
