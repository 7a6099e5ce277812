/** What a mini program may ask about the phone: version, language, theme, window. */

/** Has all the runtime plays. */
const SDK_VERSION = "3.17.0";
/** Has neither `openCustomerServiceChat` (2.19.0) nor `getAppBaseInfo` and `getWindowInfo` (2.20.1). */
const OLD_SDK_VERSION = "2.18.1";

/** @param isOld an old client, which lacks what came later */
export function describeClient(language: string, isOld: boolean): Readonly<Record<string, unknown>> {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const base = () => ({
    SDKVersion: isOld ? OLD_SDK_VERSION : SDK_VERSION,
    language,
    theme: themeOf(dark),
    version: "8.0.50",
  });
  const device = () => ({ platform: "android", brand: "edge-kefu", model: "phone", system: "Android 15" });
  return {
    getSystemInfoSync: () => ({ ...base(), ...device(), ...describeWindow() }),
    onThemeChange: (listener: (event: { readonly theme: string }) => void) =>
      dark.addEventListener("change", (query) => listener({ theme: themeOf(query) })),
    ...(!isOld && { getAppBaseInfo: base, getDeviceInfo: device, getWindowInfo: describeWindow }),
  };
}

function themeOf({ matches }: { readonly matches: boolean }): string {
  return matches ? "dark" : "light";
}

function describeWindow() {
  const { innerWidth: width, innerHeight: height } = window;
  const safeArea = { left: 0, top: 0, right: width, bottom: height, width, height };
  return { pixelRatio: devicePixelRatio, windowWidth: width, windowHeight: height, screenWidth: width, safeArea };
}
