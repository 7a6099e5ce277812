/** A mini program that installed the packed package, in a folder below the repository. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { QUIET_ENV, ROOT } from "../../scripts/lib/build.ts";

const run = promisify(execFile);

/** The package's name. */
export const NAME = "edge-kefu-miniprogram";

/** The source of the compiler and of the types of `wx`. */
export interface Toolchain {
  /** A TypeScript package, from `node_modules`. */
  readonly typescript: string;
  /** The package with the types of `wx`; the name they are looked up by is always their own. */
  readonly typings: string;
}

const CURRENT: Toolchain = { typescript: "typescript", typings: "miniprogram-api-typings" };

/** The mini program. */
export interface Consumer {
  readonly folder: string;
  readonly tarball: string;
  /** A file of the installed package. */
  inPackage(file: string): string;
  /**
   * Compiles files by their paths, with `skipLibCheck` off. @returns the compiler's errors; empty when there are none
   */
  compile(files: Readonly<Record<string, string>>, toolchain?: Toolchain): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the built package and installs it. */
export async function installPackage(): Promise<Consumer> {
  const parent = join(ROOT, ".tmp/package");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "consumer-"));
  // The build was made before the tests; its script would replace it under the others.
  const npm = ["pack", "--ignore-scripts", "--json", "--workspace", "miniprogram", "--pack-destination", folder];
  await run("npm", npm, { cwd: ROOT, env: QUIET_ENV });
  const tarball = join(folder, (await readdir(folder)).find((file) => file.endsWith(".tgz")) ?? "");
  await run("tar", ["-xzf", tarball, "-C", folder]);
  await mkdir(join(folder, "node_modules"));
  await rename(join(folder, "package"), join(folder, "node_modules", NAME));
  return {
    folder,
    tarball,
    inPackage: (file) => join(folder, "node_modules", NAME, file),
    compile: (files, toolchain = CURRENT) => compile(folder, files, toolchain),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function compile(
  folder: string,
  files: Readonly<Record<string, string>>,
  { typescript, typings }: Toolchain,
): Promise<string> {
  await rm(join(folder, "src"), { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, "src", name)), { recursive: true });
    await writeFile(join(folder, "src", name), text);
  }
  const config = {
    compilerOptions: {
      target: "ES2018",
      module: "ESNext",
      moduleResolution: "bundler",
      lib: ["ES2018"],
      types: [join(ROOT, "node_modules", typings)],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
    },
    include: ["src"],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules", typescript, "bin/tsc");
  const args = [tsc, "-p", join(folder, "tsconfig.json"), "--pretty", "false"];
  return run(process.execPath, args, { env: QUIET_ENV }).then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
}

/** The declaration that a team writes once. */
export const APP_CONTEXT = `
export interface AppContext { page: string; product?: { id: string; name: string }; order?: { id: string } }
export interface AppRoutes { "pages/home/index": Record<string, never>; "pages/order/index": { id: string } }
`;

/** A page that uses most of the package. */
export const PAGE = `
import { contactBehavior, createKefu, openServiceChat, supports, type CardOptions, type ContactDetail, type OpenChatReason } from "edge-kefu-miniprogram";
import type { AppContext, AppRoutes } from "../../app-context";
import contact from "edge-kefu-miniprogram/contact-button/index";

const kefu = createKefu<AppContext, AppRoutes>();
const context: AppContext = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯" } };
const path = kefu.buildCardPath("pages/order/index", { id: "1001" }, context);
const card: CardOptions = path.ok ? { path: path.value } : {};
const registered: string = contact;

Component({
  behaviors: [contactBehavior],
  data: { chat: supports("chat"), registered },
  methods: {
    async open(): Promise<OpenChatReason | undefined> {
      const opened = await openServiceChat({ corpId: "ww1", url: "https://work.weixin.qq.com/kfid/kfc1", card });
      return opened.ok ? undefined : opened.error.reason;
    },
    back(event: WechatMiniprogram.CustomEvent<ContactDetail>) {
      const shown: string = this.data.kefuSessionFrom;
      return event.detail.page === undefined ? shown : event.detail.query["id"];
    },
  },
});
`;
