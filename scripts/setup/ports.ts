/**
 * What setup needs from outside; tests give their own.
 */
import type { NamedPath } from "../lib/paths.ts";
import type { Asker } from "./ask.ts";
import type { Screen } from "./screen.ts";
import type { WorkerPorts } from "./worker.ts";
import type { RunWrangler } from "./wrangler.ts";

/** Everything outside. */
export interface SetupPorts {
  readonly screen: Screen;
  /** Absent: nobody can be asked. */
  readonly ask?: Asker;
  readonly worker: WorkerPorts;
  readonly wrangler: RunWrangler;
  /** `wrangler login`, in the user's own terminal. */
  readonly login: () => Promise<boolean>;
  /** Where the values of this machine are. */
  readonly devVars: NamedPath;
  /** What wrangler.toml has under [vars]. */
  readonly tomlVars: () => Promise<Readonly<Record<string, unknown>>>;
  /** Takes the log lines of a local worker. */
  readonly onLog: (line: string) => void;
}
