import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";
import { buildClient } from "../../scripts/lib/build-client.ts";
import { ROOT } from "../../scripts/lib/build.ts";

const run = promisify(execFile);
const MAX_KB = 24;

/** A project of somebody else's, with edge-kefu and valibot in its node_modules. */
let project: string;
let kefu: string;
beforeAll(async () => {
  await mkdir(join(ROOT, ".tmp"), { recursive: true });
  project = await mkdtemp(join(ROOT, ".tmp/client-"));
  kefu = join(project, "node_modules/edge-kefu");
  await mkdir(kefu, { recursive: true });
  await buildClient(join(kefu, "client/dist"));
  await writeFile(join(kefu, "package.json"), await readFile(join(ROOT, "package.json")));
  await symlink(join(ROOT, "node_modules/valibot"), join(project, "node_modules/valibot"));
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => rm(project, { recursive: true, force: true }));

const FLAGS = "--ignoreConfig --noEmit --strict --target es2022 --module nodenext --lib es2023,dom --types".split(" ");

/** What the compiler says of a file; empty when nothing. */
const compile = (file: string): Promise<string> =>
  run(join(ROOT, "node_modules/.bin/tsc"), [...FLAGS, "", file], { cwd: project }).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );

describe("the built client", () => {
  it("is one small module that imports nothing", async ({ expect }) => {
    const code = await readFile(join(kefu, "client/dist/index.js"), "utf8");
    expect(code.length / 1_024).toBeLessThan(MAX_KB);
    expect(code).not.toMatch(/^\s*import\b|\brequire\(|\bimport\(/m);
  });

  it("runs under its name", async ({ expect }) => {
    const program = `
      import { createKefuClient } from "edge-kefu/client";
      const fetch = async () => new Response(JSON.stringify({ id: "m-1", state: "sent" }));
      console.log(JSON.stringify(await createKefuClient({ baseUrl: "https://kefu.test", apiKey: "k", fetch }).message("m-1")));
    `;
    await writeFile(join(project, "main.js"), program);
    const { stdout } = await run(process.execPath, [join(project, "main.js")]);
    expect(JSON.parse(stdout)).toEqual({ ok: true, value: { id: "m-1", state: "sent" } });
  });

  it("has types that compile elsewhere, and refuse a wrong field", async ({ expect }) => {
    const head = `import type { KefuClient } from "edge-kefu/client";\nexport const say = (kefu: KefuClient) => kefu.send("o", `;
    await writeFile(join(project, "right.ts"), `${head}{ type: "text", content: "您好" });\n`);
    await writeFile(join(project, "wrong.ts"), `${head}{ type: "text", text: "您好" });\n`);
    expect(await compile("right.ts")).toBe("");
    expect(await compile("wrong.ts")).toContain("'text' does not exist in type");
  });
});
