/** Reads the window, touches, and other numeric values from WeChat. */
import type { Point, SafeArea, WindowInfo } from "./place.ts";

/** The window size of a small phone: used when WeChat returns none. */
const ASSUMED = { windowWidth: 320, windowHeight: 480 };

/**
 * Reads the window as WeChat describes it, or the size in `ASSUMED` when WeChat returns none; `getWindowInfo` was added
 * in base library 2.20.1.
 */
export function readWindow(): WindowInfo {
  const info = fieldsOf(typeof wx.getWindowInfo === "function" ? wx.getWindowInfo() : wx.getSystemInfoSync());
  const windowWidth = numberOf(info["windowWidth"]) ?? ASSUMED.windowWidth;
  const windowHeight = numberOf(info["windowHeight"]) ?? ASSUMED.windowHeight;
  const screenHeight = numberOf(info["screenHeight"]);
  const screenTop = numberOf(info["screenTop"]);
  const safeArea = readSafeArea(info["safeArea"]);
  const capsuleBottom = readCapsule();
  return {
    windowWidth,
    windowHeight,
    ...(screenHeight === undefined ? {} : { screenHeight }),
    ...(screenTop === undefined ? {} : { screenTop }),
    ...(safeArea === undefined ? {} : { safeArea }),
    ...(capsuleBottom === undefined ? {} : { capsuleBottom }),
  };
}

/** Returns the position of the first touch; undefined when the event has none. */
export function readFinger(event: unknown): Point | undefined {
  const { touches }: { touches?: unknown } = isObject(event) ? event : {};
  const { 0: touch }: { 0?: unknown } = isObject(touches) ? touches : {};
  const { clientX, clientY }: { clientX?: unknown; clientY?: unknown } = isObject(touch) ? touch : {};
  const x = numberOf(clientX);
  const y = numberOf(clientY);
  return x === undefined || y === undefined ? undefined : { x, y };
}

function readSafeArea(value: unknown): SafeArea | undefined {
  const area = fieldsOf(value);
  const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map((edge) => numberOf(area[edge]));
  if (left === undefined || right === undefined || top === undefined || bottom === undefined) return undefined;
  return { left, right, top, bottom };
}

/**
 * Returns the lower edge of WeChat's button; undefined on a client without it, such as the desktop client, which may
 * throw.
 */
function readCapsule(): number | undefined {
  if (typeof wx.getMenuButtonBoundingClientRect !== "function") return undefined;
  try {
    return numberOf(fieldsOf(wx.getMenuButtonBoundingClientRect())["bottom"]);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? { ...value } : {};
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
