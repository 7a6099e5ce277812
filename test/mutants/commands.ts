/** The scripts that people run by hand. */
import type { MutantTable } from "./mutant.ts";

const COMMAND_LINE = "pure/scripts/command-line.test.ts";

/** Mutants of the scripts' command lines and ports. */
export const COMMANDS: MutantTable = {
  rule: "a script refuses what it does not know, and chooses another port when one is taken",
  spec: "docs/how-to/setup.md",
  mutants: [
    {
      name: "unknown-flag-ignored",
      breaks: "a flag that is not known is ignored",
      file: "scripts/lib/command-line.ts",
      find: "strict: true",
      replace: "strict: false",
      killedBy: [COMMAND_LINE, "a command line with anything unknown is refused"],
    },
    {
      name: "taken-port-is-a-crash",
      breaks: "a port that Miniflare finds taken is not chosen again",
      file: "scripts/lib/ports.ts",
      find: '["EADDRINUSE", "ERR_ADDRESS_IN_USE"]',
      replace: '["EADDRINUSE"]',
      killedBy: [COMMAND_LINE, "an error of a port is known by the codes of Node and Miniflare"],
    },
  ],
};
