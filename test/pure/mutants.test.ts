/** The tables of mutants match the current code: an outdated entry fails here, long before `npm run test:mutants`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import { applyMutant, describeProblem } from "../../scripts/mutants/apply.ts";
import { MATRIX_FILE, withMatrix } from "../../scripts/mutants/matrix.ts";
import { MUTANTS, mutantsOf } from "../mutants/index.ts";
import { OLD_FAULTS } from "../mutants/old-faults.ts";
import { PROMISES } from "../promises.ts";

/** The placeholders that `each` and `for` fill in a title. */
const FILLED_IN = /%[sdifjo]|\$[{\w]/;

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Title {
  /** Up to what `each` or `for` fills in. */
  readonly head: string;
  readonly isFilledIn: boolean;
}

/** The titles of a test file's suites and tests. */
function titlesIn(source: string): readonly Title[] {
  const calls = /(?:describe|it)(?:\.\w+)?\s*\(\s*(["'`])((?:(?!\1).)*)\1|\)\s*\(\s*(["'`])((?:(?!\3).)*)\3\s*,/g;
  const titles = [...source.matchAll(calls)].map((match) => match[2] ?? match[4] ?? "");
  return titles.map((title) => {
    return { head: title.split(FILLED_IN)[0] ?? "", isFilledIn: FILLED_IN.test(title) };
  });
}

/** Whether a full test name can begin with this text: suite titles, then the beginning of a test title. */
function canBegin(titles: readonly Title[], name: string): boolean {
  return titles.some(({ head, isFilledIn }) => head !== "" && goesOn(titles, head, isFilledIn, name));
}

function goesOn(titles: readonly Title[], head: string, isFilledIn: boolean, name: string): boolean {
  if (head.startsWith(name)) return true;
  if (!name.startsWith(head)) return false;
  const rest = name.slice(head.length).trimStart();
  return isFilledIn || canBegin(titles, rest) || titles.some((title) => title.head === "" && title.isFilledIn);
}

describe("every mutant", () => {
  it("has a unique name in kebab case, and describes the broken behaviour", ({ expect }) => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))).toEqual([]);
    expect(MUTANTS.filter(({ breaks }) => breaks === "" || /[|\n]|\.$/.test(breaks)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  it("fits exactly one place of its symbol: change the table with the code", ({ expect }) => {
    const misfits = MUTANTS.flatMap((mutant) => {
      const { name, file } = mutant;
      if (!existsSync(join(ROOT, file))) return [`${name}: ${file} is not there`];
      const applied = applyMutant(read(file), mutant);
      return applied.ok ? [] : [`${name}: ${file} ${describeProblem(applied.error, mutant)}`];
    });
    expect(misfits).toEqual([]);
  });

  it("names an existing test of a fast kind", ({ expect }) => {
    const missing = MUTANTS.flatMap(({ name, killedBy: [file, test] }) => {
      const isQuick = /^(?:pure|workerd)\//.test(file);
      return isQuick && canBegin(titlesIn(read(`test/${file}`)), test) ? [] : [{ name, file, test }];
    });
    expect(missing).toEqual([]);
  });
});

describe("the mutants", () => {
  it("are 60 to 90 that guard a promise or a cost, and at most 40 that restore a fault of 0.1.0", ({ expect }) => {
    const faults = MUTANTS.filter(({ fault }) => fault !== undefined).length;
    expect(MUTANTS.length - faults).toBeGreaterThanOrEqual(60);
    expect(MUTANTS.length - faults).toBeLessThanOrEqual(90);
    expect(faults).toBeLessThanOrEqual(40);
  });

  it("are at least three for each promise", ({ expect }) => {
    const few = PROMISES.filter(({ id }) => mutantsOf(id).length < 3).map(({ id }) => id);
    expect(few).toEqual([]);
  });

  it("are at least one for each fault of 0.1.0 in what the worker does", ({ expect }) => {
    const faults = new Set<string | undefined>(MUTANTS.map(({ fault }) => fault));
    const missing = Object.keys(OLD_FAULTS).filter((fault) => !faults.has(fault));
    expect(missing).toEqual([]);
  });

  it("are listed in docs/test-matrix.md: npm run test:mutants -- --docs", ({ expect }) => {
    const document = readFileSync(MATRIX_FILE, "utf8");
    expect(document).toBe(withMatrix(document));
  });
});
