/**
 * `npm run docs`: generates the files of `public/` from the routes: the OpenAPI document, its page, and the headers,
 * which allow the page's only style sheet by its hash. With `--check` it writes nothing and fails when a file is stale.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

const USAGE = `npm run docs [-- --check]

  由路由生成 public/ / makes public/ from the routes

  --check  只检查是否最新 / only checks whether it is up to date`;

const { check } = readFlags(USAGE, { check: { type: "boolean", default: false } });
const files = makeFiles();
const isStale = ([file, text]: readonly [string, string]) => !existsSync(file) || readFileSync(file, "utf8") !== text;
const stale = Object.entries(files)
  .map(([path, text]) => [join(ROOT, "public", path), text] as const)
  .filter(isStale);

if (check) {
  for (const [file] of stale) console.log(`${file} is stale: npm run docs`);
  process.exit(stale.length === 0 ? 0 : 1);
}
for (const [file, text] of stale) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}

/** The files by their path in `public/`. */
function makeFiles(): Readonly<Record<string, string>> {
  const { document, page }: { document: unknown; page: string } = JSON.parse(
    run(process.execPath, [join(ROOT, "worker/openapi/print.ts")]),
  );
  const html = format("docs.html", page);
  return {
    "api/openapi.json": format("openapi.json", JSON.stringify(document, null, 2)),
    "api/docs.html": html,
    _headers: headersFor(html),
  };
}

/** Formatted by the repository's formatter, so that `npm run check` accepts it and diffs are readable. */
function format(name: string, text: string): string {
  return run(join(ROOT, "node_modules/.bin/oxfmt"), [`--stdin-filepath=${name}`], text);
}

/** Nothing may be loaded or executed. The hash is over the style as it is in the file. */
function headersFor(html: string): string {
  const style = /<style>([^]*)<\/style>/.exec(html)?.[1];
  if (style === undefined) throw new Error("the page has no style sheet");
  const hash = createHash("sha256").update(style).digest("base64");
  return `# Made by npm run docs.
/api/*
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer

/api/openapi.json
  Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox

/api/docs
  Content-Security-Policy: default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
`;
}

function run(command: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
