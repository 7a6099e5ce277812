/**
 * Templates as TypeScript: glass-easel's compiler turns the expressions of a WXML into code over `data`, `methods` and
 * `tags`; the compiler then finds unknown fields, handlers and attributes, and wrong types.
 */
import { TmplGroup } from "glass-easel-template-compiler";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";
import { ROOT } from "../../scripts/lib/build.ts";
import { writeGivenAttributes } from "../../scripts/lib/miniprogram/given-attributes.ts";

const SOURCE = join(MINIPROGRAM, "src");

/** A component's template and the components it uses, by tag. */
export interface Template {
  readonly name: string;
  /** With what it includes, and before `given:` attributes are written out. */
  readonly wxml: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads the template of a component, and its config. */
export async function readTemplate(name: string): Promise<Template> {
  const folder = join(SOURCE, name);
  const config: { usingComponents?: Record<string, string> } = JSON.parse(
    await readFile(join(folder, "index.json"), "utf8"),
  );
  const tags = Object.entries(config.usingComponents ?? {}).map(([tag, path]) => [
    tag,
    dirname(relative(SOURCE, join(folder, path))),
  ]);
  return { name, wxml: await readWithIncludes(join(folder, "index.wxml")), tags: Object.fromEntries(tags) };
}

/** An `<include>` is a copy of the file it names. */
async function readWithIncludes(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  const pieces: string[] = [];
  let at = 0;
  for (const match of text.matchAll(/<include src="([^"]+)" \/>/g)) {
    pieces.push(text.slice(at, match.index), await readWithIncludes(join(dirname(file), match[1] ?? "")));
    at = match.index + match[0].length;
  }
  return [...pieces, text.slice(at)].join("");
}

/** The errors of glass-easel; its warnings count as errors. */
export function compileTemplate({ name, wxml }: Template): readonly string[] {
  const warnings: readonly { startLine: number; message: string }[] = new TmplGroup().addTmpl(
    name,
    writeGivenAttributes(wxml),
  );
  return warnings.map(({ startLine, message }) => `${name}/index.wxml:${startLine}: ${message}`);
}

/** The errors of TypeScript for all templates at once. @param folder for the generated files; below the repository */
export async function typeCheck(templates: readonly Template[], folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const made = await Promise.all(templates.map((template) => writeTypeScript(template, folder)));
  const config = {
    extends: join(MINIPROGRAM, "tsconfig.json"),
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts", join(import.meta.dirname, "builtin-tags.d.ts")],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const said = await runCompiler(join(folder, "tsconfig.json"));
  return said.map(({ file, line, column, message }) => {
    const code = made.find(({ path }) => path.endsWith(`/${file}`))?.code;
    const at = code?.getSourceLocation(line - 1, column - 1, line - 1, column);
    return at === undefined ? `${file}:${line}: ${message}` : `${file}:${(at[0] ?? 0) + 1} ${message}`;
  });
}

async function writeTypeScript(template: Template, folder: string) {
  const group = new TmplGroup();
  group.addTmpl(template.name, writeGivenAttributes(template.wxml));
  const code = group.getTmplConvertedExpr(template.name, prologueOf(template));
  const path = join(folder, `${template.name}.wxml.ts`);
  await writeFile(path, code.code() ?? "");
  return { path, code };
}

/** `_$fieldTypes` of a component contains only its own fields; those of its behaviors are in the behaviors. */
function prologueOf({ name, tags }: Template): string {
  const children = Object.entries(tags).map(([tag, child], index) => [tag, child, `Child${index}`] as const);
  return [
    `import type component from ${JSON.stringify(join(SOURCE, name, "index.ts"))};`,
    ...children.map(
      ([, child, alias]) => `import type ${alias} from ${JSON.stringify(join(SOURCE, child, "index.ts"))};`,
    ),
    `import type { createEntryBehavior } from ${JSON.stringify(join(SOURCE, "entry/entry-behavior.ts"))};`,
    "type Of<T, Field extends string> = (T & Record<string, unknown>)['_$fieldTypes'] extends { [name in Field]: infer V } ? V : never;",
    "type Entry = NonNullable<WechatMiniprogram.Component.BehaviorFieldTypes<ReturnType<typeof createEntryBehavior>>>;",
    "type EntryProperties = WechatMiniprogram.Component.PropertyOptionToData<Entry['properties']>;",
    "type IsEntry<T> = string extends keyof Of<T, 'propertyValues'> ? true : false;",
    "type DataOf<T> = IsEntry<T> extends true ? Entry['data'] & EntryProperties : Of<T, 'dataWithProperties'>;",
    "type MethodsOf<T> = IsEntry<T> extends true ? Entry['methods'] : Of<T, 'methods'>;",
    "type PropertiesOf<T> = IsEntry<T> extends true ? EntryProperties : Of<T, 'propertyValues'>;",
    "declare const data: DataOf<typeof component>;",
    "declare const methods: MethodsOf<typeof component>;",
    "declare const tags: BuiltinTags & {",
    ...children.map(([tag, , alias]) => `  ${JSON.stringify(tag)}: PropertiesOf<typeof ${alias}>;`),
    "};",
    "export {};",
  ].join("\n");
}

interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

async function runCompiler(config: string): Promise<readonly Complaint[]> {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const output = await promisify(execFile)(process.execPath, [tsc, "-p", config, "--pretty", "false"]).then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
  return [...output.matchAll(/([\w.-]+)\((\d+),(\d+)\): error (.*)/g)].map(
    ([, file = "", line, column, message = ""]) => ({
      file,
      line: Number(line),
      column: Number(column),
      message,
    }),
  );
}
