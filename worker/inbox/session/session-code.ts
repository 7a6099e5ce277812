/**
 * Loads the code for conversations with sessions, and the settings for service by agents. Without sessions it is not
 * loaded, so a cold start for a push does not evaluate it.
 */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import type { DeskTerms } from "../../conversation/core/session/service.ts";
import type { SessionCode } from "../../conversation/deps.ts";
import type { readChange, readSnapshot, recordSeen, runCommand } from "../../conversation/session/command.ts";
import type { Services } from "../services.ts";
import type { createDeskNotifier } from "./desk-notifier.ts";

/** The code of the conversation for sessions, and the functions that connect it with the settings and the desk. */
export interface LoadedSessionCode extends SessionCode {
  /** Returns the desk's terms at `now`, epoch ms. */
  readonly toDeskTerms: (settings: Settings, now: number) => DeskTerms;
  readonly runCommand: typeof runCommand;
  readonly recordSeen: typeof recordSeen;
  readonly readSnapshot: typeof readSnapshot;
  readonly readChange: typeof readChange;
  readonly createDeskNotifier: typeof createDeskNotifier;
}

let loaded: LoadedSessionCode | undefined;

/** Returns the loaded code; undefined until `loadSessionCode` has resolved. */
export function sessionCode(): LoadedSessionCode | undefined {
  return loaded;
}

/** Loads the code once per isolate and returns it. */
export async function loadSessionCode(): Promise<LoadedSessionCode> {
  loaded ??= (await import("./loaded-code.ts")).SESSION_CODE;
  return loaded;
}

/** Returns whether, by these settings, agents of the desk serve users; otherwise the platform's own agents do. */
export function hasDesk({ humanService }: Settings): boolean {
  return humanService === "desk";
}

/** Returns the desk's terms in force; undefined without a desk, and when the settings cannot be read. */
export async function readDeskTerms({ settings: read }: Pick<Services, "settings">): Promise<DeskTerms | undefined> {
  const stored = await read();
  return stored !== undefined && hasDesk(stored.settings) ? writeDeskTerms(stored.settings, Date.now()) : undefined;
}

/**
 * Returns the desk's terms.
 *
 * @param now epoch ms
 */
export async function writeDeskTerms(settings: Settings, now: number): Promise<DeskTerms> {
  return (await loadSessionCode()).toDeskTerms(settings, now);
}
