/** Values shared by the parts of the desk's page: the desk, the notices, the names of colleagues. */
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { ApiProblem } from "../client/api.ts";
import type { Desk } from "../client/desk.ts";
import { lookUp, type Texts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";
import type { Notify } from "./notice.tsx";

/** A dialog over the page; `unmask`: the seq of the row of the open conversation that is shown in clear. */
export type Dialog =
  | "transfer"
  | "park"
  | "finish"
  | "presence"
  | "shortcuts"
  | "sign_out"
  | { readonly unmask: number };

/** The shared values. */
export interface Shared {
  readonly desk: Desk;
  readonly notify: Notify;
  /** Shows a dialog; null closes it. */
  readonly showDialog: (dialog: Dialog | null) => void;
}

/** Set by the desk screen. */
export const SharedContext = createContext<Shared | null>(null);

/** Returns the shared values. */
export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === null) throw new Error("useShared must be called inside the desk screen");
  return shared;
}

/** Returns the display name of a contact: the name, or else the end of the user's id. */
export function nameOf({ contact }: Pick<DeskRow, "contact">, t: Texts): string {
  return contact.name ?? `${t.user} ··${contact.tail}`;
}

/** Returns a text that explains a failed command to the agent. */
export function describeProblem(error: unknown, t: Texts): string {
  if (!(error instanceof ApiProblem)) return t.unexpected;
  if (error.code === "unreachable") return t.unreachable;
  const { name } = error.facts;
  const text = lookUp(t.problem, error.code);
  return text === undefined ? t.unexpected : fill(text, { name: typeof name === "string" ? name : t.somebody });
}

const lookers = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | undefined;

/** Returns the page's clock, updated once per second; all times on the page change together. Epoch ms. */
export function useClock(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const look = (): void => setNow(Date.now());
    lookers.add(look);
    ticker ??= setInterval(() => {
      for (const looker of lookers) looker();
    }, 1_000);
    return () => {
      lookers.delete(look);
      if (lookers.size > 0) return;
      clearInterval(ticker);
      ticker = undefined;
    };
  }, []);
  return now;
}
