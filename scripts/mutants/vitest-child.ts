/**
 * The child process of one copy of the project, which is its working directory. Vitest is loaded once, and every
 * message runs some tests: a run then takes one second instead of ten. Started by `test-runner.ts`.
 */
import { join } from "node:path";
import * as v from "valibot";
import { createVitest, type TestModule, type Vitest } from "vitest/node";
import type { Report } from "./verdict.ts";

const RequestSchema = v.object({
  /** Files that have changed since the last run, by path from the root. */
  changed: v.array(v.string()),
  /** Test files, by path from the root. */
  files: v.array(v.string()),
  /** A regular expression that full test names must match. */
  pattern: v.string(),
});

const ErrorSchema = v.object({
  name: v.optional(v.string(), "Error"),
  message: v.optional(v.string(), ""),
  stack: v.optional(v.string(), ""),
});

/** The tests to run. */
export type RunRequest = v.InferOutput<typeof RequestSchema>;

/**
 * Timeout of a test, milliseconds; longer than vitest's default, because a property test may be slow on a busy machine.
 */
const testTimeout = 20_000;

async function start(): Promise<Vitest> {
  const root = process.cwd();
  const config = join(root, "vitest.config.ts");
  // A reporter without methods prints nothing.
  return createVitest("test", {
    root,
    config,
    watch: false,
    reporters: [{}],
    project: ["pure", "workerd"],
    testTimeout,
  });
}

async function run(vitest: Vitest, { changed, files, pattern }: RunRequest): Promise<Report> {
  for (const file of changed) vitest.invalidateFile(join(process.cwd(), file));
  vitest.setGlobalTestNamePattern(new RegExp(pattern));
  const specifications = await vitest.globTestSpecifications(files);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  const ids = new Set(specifications.map(({ moduleId }) => moduleId));
  // Vitest also returns the modules of earlier runs.
  const modules = testModules.filter(({ moduleId }) => ids.has(moduleId)).map(toModule);
  return { modules, stray: unhandledErrors.map(textOf) };
}

function toModule(module: TestModule): Report["modules"][number] {
  const tests = [...module.children.allTests()].map((test) => {
    const { state, errors = [] } = test.result();
    return { name: test.fullName.replaceAll(" > ", " "), state, failures: errors.map(textOf) };
  });
  return { path: module.moduleId, errors: module.errors().map(textOf), tests };
}

/** Formats an error: name, message, and the stack, whose first line may lack the name. */
function textOf(error: unknown): string {
  const parsed = v.safeParse(ErrorSchema, error);
  if (!parsed.success) return "Error: the thrown value is not an Error";
  const { name, message, stack } = parsed.output;
  return `${name}: ${message}\n${stack}`;
}

const vitest = await start();
process.on("message", (message) => {
  void run(vitest, v.parse(RequestSchema, message)).then((report) => process.send?.(report));
});
// Exits when the parent process is gone.
process.on("disconnect", () => process.exit());
