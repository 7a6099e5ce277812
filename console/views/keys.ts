/**
 * The keyboard shortcuts of the desk (DESK_LESSONS §11). In a text box only Esc and those with Ctrl, ⌘ or Alt work;
 * while a dialog is open, none does.
 */
import { useEffect, useRef } from "preact/hooks";
import type { ListName } from "../model/lists.ts";
import { isOfInputMethod } from "../ui/input-method.ts";

/** The actions of the shortcuts. */
export interface KeyActions {
  readonly next: (step: 1 | -1) => void;
  readonly nth: (index: number) => void;
  readonly list: (list: ListName) => void;
  readonly take: () => void;
  readonly compose: (mode: "reply" | "note") => void;
  readonly transfer: () => void;
  readonly park: () => void;
  readonly finish: () => void;
  /** @returns whether there was a message to take back */
  readonly undo: () => boolean;
  readonly search: () => void;
  readonly presence: () => void;
  readonly back: () => void;
  readonly sheet: () => void;
}

/** How long after G its second key is accepted, milliseconds. */
const CHORD_MS = 1_500;
const LISTS: Readonly<Record<string, ListName>> = { m: "mine", q: "queue", a: "all", c: "closed" };

/** Handles the shortcuts while the desk is shown. Of the single keys, only J and K repeat while they are held down. */
export function useKeys(actions: KeyActions): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    let chordUntil = 0;
    const onKey = (event: KeyboardEvent): void => {
      const run = current.current;
      if (event.defaultPrevented || isOfInputMethod(event) || document.querySelector("dialog[open]") !== null) return;
      const key = event.key.toLowerCase();
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && event.shiftKey && key === "e") run.finish();
      else if (isCommand && !event.shiftKey && key === "k") run.search();
      else if (isCommand && !event.shiftKey && key === "z") {
        if (!run.undo()) return;
      } else if (isCommand) return;
      else if (event.altKey && /^[1-9]$/.test(event.key)) run.nth(Number(event.key) - 1);
      else if (event.altKey) return;
      else if (event.key === "Escape") run.back();
      else if (isWriting(event.target) || (event.repeat && key !== "j" && key !== "k")) return;
      else if (Date.now() < chordUntil && LISTS[key] !== undefined) {
        chordUntil = 0;
        run.list(LISTS[key]);
      } else if (!runPlain(key, run)) {
        if (key === "g") chordUntil = Date.now() + CHORD_MS;
        return;
      }
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function runPlain(key: string, run: KeyActions): boolean {
  const actions: Readonly<Record<string, () => void>> = {
    j: () => run.next(1),
    k: () => run.next(-1),
    t: run.take,
    r: () => run.compose("reply"),
    n: () => run.compose("note"),
    f: run.transfer,
    h: run.park,
    s: run.presence,
    "?": run.sheet,
  };
  const action = actions[key];
  action?.();
  return action !== undefined;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}
