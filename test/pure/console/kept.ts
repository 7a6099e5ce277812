/** The texts that a browser keeps, in memory. */
import type { KeptTexts } from "../../../console/client/drafts.ts";

/** Keeps texts as `localStorage` does. */
export class Kept implements KeptTexts {
  readonly texts = new Map<string, string>();
  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    this.texts.set(key, text);
  }
  removeItem(key: string): void {
    this.texts.delete(key);
  }
}
