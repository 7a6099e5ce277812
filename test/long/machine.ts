/** The properties of the machine in a report: enough to compare two reports, without identifying it. */
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { ROOT } from "../../scripts/lib/build.ts";

const PackageSchema = v.object({ version: v.string() });

/** Lines of a Markdown table with name and value. */
export async function describeMachine(): Promise<readonly (readonly [what: string, value: string])[]> {
  const [workerd, miniflare] = await Promise.all(["workerd", "miniflare"].map(versionOf));
  return [
    ["处理器 / cores", `${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}`],
    ["内存 / memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ["Node", process.versions.node],
    ["workerd", `${workerd} (miniflare ${miniflare})`],
  ];
}

async function versionOf(name: string): Promise<string> {
  const text = await readFile(join(ROOT, "node_modules", name, "package.json"), "utf8");
  return v.parse(PackageSchema, JSON.parse(text)).version;
}
