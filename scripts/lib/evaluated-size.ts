/**
 * Measures the code that a cold start of the worker evaluates: its entry point with all static imports. Code loaded by
 * `import()` is uploaded too but evaluated only when first needed, so this build excludes it.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "./build.ts";

/** The types of the part of esbuild that is used here. */
interface Bundler {
  build(options: object): Promise<{
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
    readonly metafile: { readonly outputs: Readonly<Record<string, Output>> };
  }>;
}

interface Output {
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

interface PluginBuild {
  onResolve(on: { filter: RegExp }, resolve: (module: ImportedModule) => object | undefined): void;
}

interface ImportedModule {
  readonly path: string;
  readonly kind: string;
}

/** The bundler of `wrangler deploy`, in the version that wrangler uses. */
const esbuild: Bundler = createRequire(import.meta.resolve("wrangler"))("esbuild");

const DYNAMIC_IMPORTS_EXTERNAL = {
  name: "dynamic imports external",
  setup(build: PluginBuild): void {
    build.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

/** The size and the packages of the evaluated code. */
export interface Evaluated {
  /** Minified and compressed, KB of 1024 bytes. */
  readonly gzipKb: number;
  /** The npm packages whose code it contains, by name, sorted. */
  readonly packages: readonly string[];
}

/** Builds the worker's entry point with the options that wrangler uses for the upload, and measures the result. */
export async function buildEvaluated(): Promise<Evaluated> {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [join(ROOT, "worker/index.ts")],
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"', "navigator.userAgent": '"Cloudflare-Workers"' },
    external: ["cloudflare:*", "node:*"],
    plugins: [DYNAMIC_IMPORTS_EXTERNAL],
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    gzipKb: gzipSync(Buffer.concat(outputFiles.map(({ contents }) => contents))).byteLength / 1_024,
    packages: packagesOf(used.map(([path]) => path)),
  };
}

/** Returns the npm packages of files, by name, sorted; files outside `node_modules` belong to none. */
export function packagesOf(paths: readonly string[]): readonly string[] {
  const names = paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}
