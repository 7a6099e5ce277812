/**
 * Names the program and system of a sign-in, so that an agent recognises it in the list. Nothing else of the User-Agent
 * header is stored.
 */

const PROGRAMS = [
  [/\bwxwork\//i, "WeCom"],
  [/\bMicroMessenger\//i, "WeChat"],
  [/\bEdgA?\/|\bEdgiOS\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/\b(?:iPhone|iPad|iPod)\b/, "iOS"],
  [/\bOpenHarmony\b/, "HarmonyOS"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
] as const;

/** Returns a text such as `Chrome, Windows`; unknown parts are omitted, and the text is empty when none is known. */
export function nameBrowser(userAgent: string): string {
  return [PROGRAMS, SYSTEMS]
    .flatMap((names) => names.find(([pattern]) => pattern.test(userAgent))?.[1] ?? [])
    .join(", ");
}
