/** The TypeScript in the READMEs and how-to pages compiles with the current project. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";

/** Pages with code of the worker or of a back end; the mini program's is in test/miniprogram/package.test.ts. */
const PAGES = ["README.md", "README.en.md", "client/README.md"];
const HOW_TO = "docs/how-to";
/** Imports that only a mini program uses. */
const MINI_PROGRAM = /"edge-kefu-miniprogram|"\.\.\/\.\.\/app-context"/;

/** Declarations that a snippet needs because it uses names that only the text around it introduces. */
const INTRODUCED = [
  [/\bkefu\.changes\(/, 'declare const kefu: import("edge-kefu/client").KefuClient;\ndeclare let cursor: number;'],
  [/\brespond\(/, "declare const openid: string;\ndeclare function respond(answer: object): void;"],
] as const;

interface Snippet {
  readonly page: string;
  readonly code: string;
}

let folder: string;

beforeAll(async () => {
  await mkdir(join(ROOT, ".tmp"), { recursive: true });
  folder = await mkdtemp(join(ROOT, ".tmp/snippets-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readSnippets(): Promise<readonly Snippet[]> {
  const howTo = (await readdir(join(ROOT, HOW_TO))).map((name) => `${HOW_TO}/${name}`);
  const pages = await Promise.all(
    [...PAGES, ...howTo].map(async (page) => ({ page, text: await readFile(join(ROOT, page), "utf8") })),
  );
  return pages.flatMap(({ page, text }) =>
    [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code = ""]) => ({ page, code })),
  );
}

/**
 * Writes the snippets as files next to links to the source folders, so that relative imports resolve as in the text.
 */
async function writeProject(snippets: readonly Snippet[]): Promise<void> {
  await mkdir(join(folder, "worker/custom"), { recursive: true });
  for (const name of await readdir(join(ROOT, "worker"))) {
    if (name !== "custom") await symlink(join(ROOT, "worker", name), join(folder, "worker", name));
  }
  await symlink(join(ROOT, "shared"), join(folder, "shared"));
  for (const [index, { page, code }] of snippets.entries()) {
    const introduced = INTRODUCED.filter(([uses]) => uses.test(code)).map(([, declaration]) => declaration);
    await writeFile(
      join(folder, `worker/custom/snippet${index}.ts`),
      [...introduced, code, `export {}; // ${page}`].join("\n"),
    );
  }
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: {
      noUnusedLocals: false,
      types: ["@cloudflare/workers-types", "node", join(ROOT, "worker-configuration.d.ts")],
      paths: { "edge-kefu/client": [join(ROOT, "client/index.ts")] },
    },
    include: ["worker/custom/snippet*.ts"],
    exclude: [],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
}

it("every example of the READMEs and the how-to pages compiles", async ({ expect }) => {
  const snippets = (await readSnippets()).filter(({ code }) => !MINI_PROGRAM.test(code));
  expect(snippets.length).toBeGreaterThanOrEqual(10);
  await writeProject(snippets);
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const said = await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"]).then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
  const places = said.replaceAll(/[^\s]*snippet(\d+)\.ts/g, (_, index: string) => snippets[Number(index)]?.page ?? "");
  expect(places).toBe("");
});
