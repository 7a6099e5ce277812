/** The texts that a browser keeps, and the names that belong to its tabs, in memory. */
import type { KeptTexts } from "../../../console/client/kept-texts.ts";
import type { Tabs } from "../../../console/client/tabs.ts";

/** Keeps texts as `localStorage` does. */
export class Kept implements KeptTexts {
  readonly texts = new Map<string, string>();
  get length(): number {
    return this.texts.size;
  }
  key(index: number): string | null {
    return [...this.texts.keys()][index] ?? null;
  }
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

/** Names that belong to tabs, as Web Locks do, but at once. */
export class KnownTabs implements Tabs {
  readonly #owned = new Set<string>();
  readonly #waiting: { readonly name: string; readonly work: () => void }[] = [];
  own = (name: string): (() => void) => {
    this.#owned.add(name);
    return () => {
      this.#owned.delete(name);
      for (const waiting of this.#waiting.filter((candidate) => candidate.name === name)) {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        waiting.work();
      }
    };
  };
  whenFree = (name: string, work: () => void): (() => void) => {
    const waiting = { name, work };
    if (!this.#owned.has(name)) work();
    else this.#waiting.push(waiting);
    return () => {
      const at = this.#waiting.indexOf(waiting);
      if (at !== -1) this.#waiting.splice(at, 1);
    };
  };
}
