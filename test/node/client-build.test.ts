import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { afterAll, beforeAll, describe, it } from "vitest";
import { buildClient } from "../../scripts/lib/build-client.ts";
import { ROOT } from "../../scripts/lib/build.ts";
import { verifyContextToken } from "../../worker/inbox/receive/verify-context.ts";

const run = promisify(execFile);
/** The limit of the module, KB; it is neither minified nor stripped of comments. */
const MAX_KB = 42;

const KEY = "context-test-key-0123456789abcdefgh";

/** A project that installed the packed client, with valibot, which its types need. */
let project: string;
let tarball: string;
let installed: string;
beforeAll(async () => {
  await mkdir(join(ROOT, ".tmp"), { recursive: true });
  project = await mkdtemp(join(ROOT, ".tmp/client-"));
  await buildClient(join(ROOT, "client/dist"));
  // `--ignore-scripts`: npm's hook would build the client a second time.
  await run("npm", ["pack", "-w", "client", "--ignore-scripts", "--pack-destination", project], { cwd: ROOT });
  const [file = ""] = await readdir(project);
  tarball = join(project, file);
  await mkdir(join(project, "node_modules"));
  await run("tar", ["-xzf", tarball, "-C", join(project, "node_modules")]);
  installed = join(project, "node_modules/edge-kefu");
  await rename(join(project, "node_modules/package"), installed);
  await symlink(join(ROOT, "node_modules/valibot"), join(project, "node_modules/valibot"));
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => rm(project, { recursive: true, force: true }));

const FLAGS = "--ignoreConfig --noEmit --strict --target es2022 --module nodenext --lib es2023,dom --types".split(" ");

/** Compiles files. Returns the compiler's errors, "" when there are none. A run takes seconds, however many files. */
const compile = (...files: readonly string[]): Promise<string> =>
  run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...FLAGS, "", ...files], { cwd: project }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );

/** As `compile`, with the lowest supported TypeScript, and `skipLibCheck`: valibot's declarations need a newer one. */
const compileLowest = (...files: readonly string[]): Promise<string> => {
  const flags = [...FLAGS.filter((flag) => flag !== "--ignoreConfig" && flag !== "--types"), "--skipLibCheck"];
  const args = [...flags.map((flag) => (flag === "es2023,dom" ? "es2022,dom,dom.iterable" : flag)), ...files];
  return run(process.execPath, [join(ROOT, "node_modules/typescript-lowest/bin/tsc"), ...args], { cwd: project }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
};

/** Returns the first lines of the errors that are in other files than this one. (Continuation lines are indented.) */
const errorsBeside = (file: string, said: string): readonly string[] =>
  said.split("\n").filter((line) => /^\S/.test(line) && !line.startsWith(`${file}(`));

describe("the packed client", () => {
  it("is one small module that imports nothing", async ({ expect }) => {
    const code = await readFile(join(installed, "dist/index.js"), "utf8");
    expect(code.length / 1_024).toBeLessThan(MAX_KB);
    expect(code).not.toMatch(/^\s*import\b|\brequire\(|\bimport\(/m);
  });

  it("contains only the module, its declarations, license and readme", async ({ expect }) => {
    expect((await readdir(installed)).toSorted()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  });

  it("passes publint and attw", async ({ expect }) => {
    const { messages } = await publint({ pkgDir: installed, level: "suggestion", strict: true });
    expect(messages).toEqual([]);
    // The module supports only `import`; any other finding of attw fails the test with its output.
    const attw = run(join(ROOT, "node_modules/.bin/attw"), [tarball, "--profile", "esm-only"]);
    await expect(attw).resolves.toBeDefined();
  });

  it("can be imported by its name", async ({ expect }) => {
    const program = `
      import { createKefuClient } from "edge-kefu/client";
      const fetch = async () => new Response(JSON.stringify({ id: "m-1", state: "sent" }));
      console.log(JSON.stringify(await createKefuClient({ baseUrl: "https://kefu.test", apiKey: "k", fetch }).message("m-1")));
    `;
    await writeFile(join(project, "main.js"), program);
    const { stdout } = await run(process.execPath, [join(project, "main.js")]);
    expect(JSON.parse(stdout)).toEqual({ ok: true, value: { id: "m-1", state: "sent" } });
  });

  it("signs a context that the worker accepts", async ({ expect }) => {
    const program = `
      import { signContext } from "edge-kefu/client";
      const context = { user: { id: "u1", vip: 3 } };
      const token = await signContext("${KEY}", { openid: "oUser1", context, expiresAt: 1790000000000 });
      console.log(JSON.stringify(token));
    `;
    await writeFile(join(project, "sign.js"), program);
    const { stdout } = await run(process.execPath, [join(project, "sign.js")]);
    const token: { readonly value: string } = JSON.parse(stdout);
    expect(await verifyContextToken(token.value, "oUser1", [KEY], 0)).toBe("verified");
  });

  it("has types that compile in another project, and reject a wrong field", async ({ expect }) => {
    const head = `import type { KefuClient } from "edge-kefu/client";\nexport const say = (kefu: KefuClient) => kefu.send("o", `;
    await writeFile(join(project, "right.ts"), `${head}{ type: "text", content: "您好" });\n`);
    await writeFile(join(project, "wrong.ts"), `${head}{ type: "text", text: "您好" });\n`);
    const said = await compile("right.ts", "wrong.ts");
    expect(errorsBeside("wrong.ts", said)).toEqual([]);
    expect(said).toContain("'text' does not exist in type");
  });

  it("names the lowest TypeScript version, with which its types compile", async ({ expect }) => {
    const manifest: object = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    expect(manifest).toHaveProperty("peerDependencies.typescript");
    const lowest: { version: string } = JSON.parse(
      await readFile(join(ROOT, "node_modules/typescript-lowest/package.json"), "utf8"),
    );
    expect(manifest).toHaveProperty("peerDependencies.typescript", `>=${lowest.version}`);
    expect(await readFile(join(installed, "README.md"), "utf8")).toContain(`TypeScript ${lowest.version}`);
    const head = `import type { KefuClient } from "edge-kefu/client";\nexport const say = (kefu: KefuClient) => kefu.send("o", `;
    await writeFile(join(project, "right.ts"), `${head}{ type: "text", content: "您好" });\n`);
    await writeFile(join(project, "wrong.ts"), `${head}{ type: "text", text: "您好" });\n`);
    const said = await compileLowest("right.ts", "wrong.ts");
    expect(errorsBeside("wrong.ts", said)).toEqual([]);
    expect(said).toContain("'text'");
  });
});
