/** Data about the mini program that the phone has before it is opened: its name and its pages. */
import { createContext } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as v from "valibot";

const ProgramInfoSchema = v.object({ title: v.string(), pages: v.array(v.string()) });

/** The mini program. */
export type ProgramInfo = v.InferOutput<typeof ProgramInfoSchema>;

/** The mini program on this phone, for components that show its name. */
export const ProgramContext = createContext<ProgramInfo | null>(null);

/** Loads the data. @returns undefined until it is loaded, null when the emulator has no mini program */
export function useProgramInfo(): ProgramInfo | null | undefined {
  const [info, setInfo] = useState<ProgramInfo | null | undefined>();
  useEffect(() => void readProgramInfo().then(setInfo, () => setInfo(null)), []);
  return info;
}

/** Returns whether a path (of a card or a link) is a page of the mini program. */
export function hasPage(info: ProgramInfo | null | undefined, path: string): boolean {
  const [page = ""] = path.replace(/^\//, "").split("?");
  return info?.pages.includes(page.replace(/\.html$/, "")) ?? false;
}

async function readProgramInfo(): Promise<ProgramInfo | null> {
  const response = await fetch("/miniprogram/program.json");
  return response.ok ? v.parse(ProgramInfoSchema, await response.json()) : null;
}
