/** The injected dependencies of setup. */
import type { NamedPath } from "../lib/paths.ts";
import type { Asker } from "./ask.ts";
import type { Screen } from "./screen.ts";
import type { WorkerPorts } from "./worker.ts";
import type { RunWrangler } from "./wrangler.ts";

/** All dependencies. */
export interface SetupPorts {
  readonly screen: Screen;
  /** Asks questions; absent when there is no terminal. */
  readonly ask?: Asker;
  readonly worker: WorkerPorts;
  readonly wrangler: RunWrangler;
  /** Runs `wrangler login` in the user's terminal. */
  readonly login: () => Promise<boolean>;
  /** The file with the values of this machine. */
  readonly devVars: NamedPath;
  /** Returns the [vars] of wrangler.toml. */
  readonly tomlVars: () => Promise<Readonly<Record<string, unknown>>>;
  /** Receives the log lines of a local worker. */
  readonly onLog: (line: string) => void;
}
