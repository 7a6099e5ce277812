/**
 * The code that conversations with sessions need, and what the settings say about service by agents. Without sessions it is not
 * loaded, so a cold start for a push evaluates none of it.
 */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import type { SessionCode } from "../../conversation/conversation.ts";
import type { DeskTerms } from "../../conversation/core/session/service.ts";
import type { readSnapshot, recordSeen, runCommand } from "../../conversation/session/command.ts";
import type { Services } from "../services.ts";

/** All of it. */
export interface LoadedSessionCode extends SessionCode {
  /** What settings with a desk say about it; `now` is epoch ms. */
  readonly toDeskTerms: (settings: Settings, now: number) => DeskTerms;
  readonly runCommand: typeof runCommand;
  readonly recordSeen: typeof recordSeen;
  readonly readSnapshot: typeof readSnapshot;
}

let loaded: LoadedSessionCode | undefined;

/** The code of this isolate; undefined until `loadSessionCode` has resolved. */
export function sessionCode(): SessionCode | undefined {
  return loaded;
}

/** Loads it once for each isolate. */
export async function loadSessionCode(): Promise<LoadedSessionCode> {
  loaded ??= (await import("./loaded-code.ts")).SESSION_CODE;
  return loaded;
}

/** Returns whether agents of the desk serve, by these settings; else the platform's own agents do. */
export function hasDesk({ humanService }: Settings): boolean {
  return humanService === "desk";
}

/** The terms of the settings in force; undefined without a desk, and when they cannot be read. */
export async function readDeskTerms({ settings: read }: Pick<Services, "settings">): Promise<DeskTerms | undefined> {
  const stored = await read();
  return stored !== undefined && hasDesk(stored.settings) ? writeDeskTerms(stored.settings, Date.now()) : undefined;
}

/**
 * What settings with a desk say about it.
 *
 * @param now epoch ms
 */
export async function writeDeskTerms(settings: Settings, now: number): Promise<DeskTerms> {
  return (await loadSessionCode()).toDeskTerms(settings, now);
}
