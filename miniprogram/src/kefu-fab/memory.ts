/** Stores the position of the floating entry under one key of the mini program's storage. */
import { callWx, messageOf } from "../helpers/wx-call.ts";
import { parsePlace, type Place } from "./place.ts";

/** Reads the stored position. @returns undefined when no valid position is stored, and for an empty key */
export function recallPlace(key: string): Place | undefined {
  if (key === "") return undefined;
  try {
    return parsePlace(wx.getStorageSync<unknown>(key));
  } catch (failure) {
    warn(failure);
    return undefined;
  }
}

/**
 * Stores a position; an empty key stores nothing. When storing fails, a warning is printed, and the next time the entry
 * begins at the position that was stored before, or at its default position.
 */
export async function keepPlace(key: string, place: Place): Promise<void> {
  if (key === "") return;
  const kept = await callWx((callbacks) => wx.setStorage({ key, data: place, ...callbacks }));
  if (!kept.ok) warn(kept.error);
}

function warn(failure: unknown): void {
  console.warn(
    `[edge-kefu] 无法读取或保存浮标的位置 / the position of the floating entry could not be read or saved: ${messageOf(failure)}`,
  );
}
