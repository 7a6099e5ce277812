/**
 * The position of the floating entry: a side, and a fraction of the free height, so that it also fits another phone or
 * a turned one. Pure.
 */

/** A position that can be stored. */
export interface Place {
  readonly side: "left" | "right";
  /** 0 is the top of the free height, 1 its bottom. */
  readonly at: number;
}

/** A point of the window, in px: the entry's upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The allowed range of that corner, px. */
export interface Room {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** WeChat's data about the window, in px; everything except its size may be unknown. */
export interface WindowInfo {
  readonly windowWidth: number;
  readonly windowHeight: number;
  readonly screenHeight?: number;
  /** The distance from the top of the screen to the window. */
  readonly screenTop?: number;
  /** Measured from the corner of the screen, as is `capsuleBottom`. */
  readonly safeArea?: SafeArea;
  /** The lower edge of WeChat's own button at the upper right, which overlaps pages without a navigation bar. */
  readonly capsuleBottom?: number;
}

/** The part of the screen that no notch, corner or gesture bar covers. */
export interface SafeArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Reads a stored position, which may be from another version; undefined when it is invalid. */
export function parsePlace(value: unknown): Place | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { side, at }: { side?: unknown; at?: unknown } = value;
  if (side !== "left" && side !== "right") return undefined;
  if (typeof at !== "number" || !Number.isFinite(at)) return undefined;
  return { side, at: clamp(at, 0, 1) };
}

/**
 * Returns the allowed range inside the safe area.
 *
 * @param size width and height of the entry, px
 * @param margin free space at every edge, px
 */
export function roomOf(info: WindowInfo, size: number, margin: number): Room {
  const { windowWidth, windowHeight, screenHeight = windowHeight, safeArea, capsuleBottom = 0 } = info;
  const screenTop = info.screenTop ?? Math.max(screenHeight - windowHeight, 0);
  const safe = safeArea ?? { left: 0, right: windowWidth, top: 0, bottom: screenHeight };
  const left = margin + Math.max(safe.left, 0);
  const top = margin + Math.max(safe.top - screenTop, capsuleBottom - screenTop, 0);
  const right = windowWidth - Math.max(windowWidth - safe.right, 0) - margin - size;
  const bottom = windowHeight - Math.max(screenTop + windowHeight - safe.bottom, 0) - margin - size;
  return { left, right: Math.max(left, right), top, bottom: Math.max(top, bottom) };
}

/** Converts a stored position to a point. */
export function toPoint({ side, at }: Place, room: Room): Point {
  return { x: side === "left" ? room.left : room.right, y: Math.round(room.top + at * (room.bottom - room.top)) };
}

/** Converts a point to the position it snaps to, on the nearer side. */
export function toPlace({ x, y }: Point, room: Room): Place {
  const height = room.bottom - room.top;
  const at = height === 0 ? 1 : clamp((y - room.top) / height, 0, 1);
  return { side: x - room.left <= room.right - x ? "left" : "right", at };
}

/** Returns the point, or the nearest point in the allowed range. */
export function clampPoint({ x, y }: Point, room: Room): Point {
  return { x: clamp(x, room.left, room.right), y: clamp(y, room.top, room.bottom) };
}

/**
 * Places the menu: on the side of the entry, above it in the lower half of the allowed range, otherwise below it.
 *
 * @param size width and height of the entry, px
 * @param gap distance between entry and menu, px
 * @returns an inline style
 */
export function panelStyleOf(place: Place, room: Room, info: WindowInfo, { size, gap }: PanelOptions): string {
  const { y } = toPoint(place, room);
  const across = place.side === "left" ? `left: ${room.left}px` : `right: ${info.windowWidth - room.right - size}px`;
  const above = place.at > 0.5;
  const along = above ? `bottom: ${info.windowHeight - y + gap}px` : `top: ${y + size + gap}px`;
  const free = above ? y - room.top - gap : room.bottom - y - gap;
  return `${across}; ${along}; max-height: ${Math.max(free, size * 2)}px`;
}

/** Sizes in px. */
export interface PanelOptions {
  readonly size: number;
  readonly gap: number;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
