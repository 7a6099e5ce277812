/**
 * Compiles WXML to a script with glass-easel's compiler when the page is built, so nothing is evaluated in the browser
 * and the content security policy can stay strict. A warning of the compiler fails the build.
 */
import { TmplGroup } from "glass-easel-template-compiler";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { listFiles, type Project } from "./read-project.ts";

const WarningsSchema = v.array(v.object({ message: v.string(), startLine: v.number() }));

/** Compiles the templates. @returns a JavaScript expression for an object with the templates by path */
export async function compileWxml(project: Project): Promise<string> {
  const group = new TmplGroup();
  try {
    for (const file of await listFiles(project.root, ".wxs")) {
      group.addScript(withoutEnding(file), await readFile(join(project.root, file), "utf8"));
    }
    for (const file of await listFiles(project.root, ".wxml")) {
      const found = group.addTmpl(withoutEnding(file), await readFile(join(project.root, file), "utf8"));
      const [first] = v.parse(WarningsSchema, found);
      if (first !== undefined) throw new Error(`${file}:${first.startLine + 1}: ${first.message}`);
    }
    return group.getTmplGenObjectGroups();
  } finally {
    group.free();
  }
}

function withoutEnding(file: string): string {
  return file.replace(/\.\w+$/, "");
}
