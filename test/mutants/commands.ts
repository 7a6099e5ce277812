/** The scripts that people run by hand. */
import type { MutantTable } from "./mutant.ts";

const COMMAND_LINE = "pure/scripts/command-line.test.ts";

/** Mutants of the scripts' command lines and ports. */
export const COMMANDS: MutantTable = {
  rule: "a script refuses what it does not know, chooses another port when one is taken, and names what stands before the worker",
  spec: "docs/how-to/setup.md",
  mutants: [
    {
      name: "unknown-flag-ignored",
      breaks: "a flag that is not known is ignored",
      file: "scripts/lib/command-line.ts",
      find: "options, strict: true, allowPositionals: false",
      replace: "options, strict: false, allowPositionals: false",
      killedBy: [COMMAND_LINE, "a command line with anything unknown is refused"],
    },
    {
      name: "unknown-flag-beside-help",
      breaks: "a mistyped flag beside --help is ignored",
      file: "scripts/lib/command-line.ts",
      find: "options, strict: true }",
      replace: "options, strict: false }",
      killedBy: [COMMAND_LINE, "a command line may ask for help anywhere"],
    },
    {
      name: "named-file-may-be-absent",
      breaks: "a --dev-vars file that is not there is taken for an empty one",
      file: "scripts/lib/dev-vars.ts",
      find: "if (text === undefined && file.flag !== undefined)",
      replace: "if (text === null)",
      killedBy: ["pure/scripts/dev-vars.test.ts", "the file of variables is the one --dev-vars names, which may not"],
    },
    {
      name: "carriage-return-not-read",
      breaks: "setup refuses a .dev.vars that wrangler dev runs with",
      file: "scripts/lib/env-format.ts",
      find: '.replaceAll("\\\\r", "\\r")',
      replace: "",
      killedBy: ["pure/stray-characters.test.ts", "values of .dev.vars that end in escapes of line breaks"],
    },
    {
      name: "unread-value-written",
      breaks: "setup says that a value is written which is read as part of another one",
      file: "scripts/setup/env-text.ts",
      find: "names.every((name) => after[name] === wanted[name])",
      replace: "names.length >= 0",
      killedBy: ["pure/scripts/env-format.test.ts", "the text of .dev.vars keeps everything else when a value is set"],
    },
    {
      name: "challenge-is-a-wrong-token",
      breaks: "the doctor takes Cloudflare's challenge for a wrong Token",
      file: "scripts/doctor/interception.ts",
      find: 'if (headers.get("cf-mitigated") === "challenge") return found("challenge");',
      replace: "",
      killedBy: ["pure/scripts/interception.test.ts", "Cloudflare's answer, a challenge, by its header"],
    },
    {
      name: "dashboard-variables-deleted",
      breaks: "a deploy deletes the variables that were set in Cloudflare's dashboard",
      file: "wrangler.toml",
      find: "keep_vars = true",
      replace: "keep_vars = false",
      killedBy: [
        "pure/wrangler.test.ts",
        "what is deployed keeps the variables that were set in Cloudflare's dashboard",
      ],
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
