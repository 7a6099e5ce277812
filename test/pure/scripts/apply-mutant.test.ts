/** The change of a mutant: found by symbol and structure, and refused when it does not fit exactly once. */
import { describe, it } from "vitest";
import { applyMutant, describeProblem } from "../../../scripts/mutants/apply.ts";
import type { Change } from "../../mutants/mutant.ts";

/** @returns the changed source without line breaks, or why there is none */
function mutate(source: string, symbol: string, change: Change): string {
  const applied = applyMutant(source, { symbol, change });
  return applied.ok ? applied.value.replaceAll(/\s+/g, " ") : describeProblem(applied.error, { symbol, change });
}

const STORE = `
export const LIMITS = { text: { bytes: 10 }, 404: "gone" } as const satisfies Limits;
export class Store {
  #rows: readonly string[] = read();
  constructor(private readonly name: string) { open(this.name); }
  add(row: string): boolean { if (row === "") return false; this.#rows = [...this.#rows, row]; return true; }
}
export function createStore({ sql }: Deps) {
  const keep = (count: number) => count > LIMITS.text.bytes;
  async function add(row: string) { if (keep(1) && row !== "") await sql.exec(row); }
  return { add, drop: () => sql.exec("drop"), seq: 1 };
}`;

describe("the symbol of a mutant", () => {
  it.for<[string, string]>([
    ["LIMITS.text.bytes", "bytes: 7"],
    ["LIMITS.404", "404: 7"],
    ["Store.#rows", "#rows: readonly string[] = 7"],
    ["createStore.keep", "const keep = 7"],
    ["createStore.seq", "seq: 7"],
  ])("may be %s", ([symbol, expected], { expect }) => {
    expect(mutate(STORE, symbol, { value: "7" })).toContain(expected);
  });

  it("may be a function, a method, or one inside another", ({ expect }) => {
    expect(mutate(STORE, "createStore", { returns: "1" })).toContain("createStore({ sql }: Deps) { return 1; }");
    expect(mutate(STORE, "Store.add", { returns: "false" })).toContain("add(row: string): boolean { return false; }");
    expect(mutate(STORE, "createStore.add", { returns: "1" })).toContain("function add(row: string) { return 1; }");
    expect(mutate(STORE, "createStore.drop", { returns: "1" })).toContain("drop: () => (1)");
    expect(mutate(STORE, "Store.constructor", { drop: "open" })).toContain("name: string) { ; }");
  });

  it("is reported with its name when it is gone or ambiguous", ({ expect }) => {
    expect(mutate(STORE, "createRows", { value: "7" })).toBe("has 0 symbols createRows, must have exactly 1");
    expect(mutate(STORE, "createStore.row", { value: "7" })).toBe("has 0 symbols createStore.row, must have exactly 1");
    expect(mutate("f(() => { let a = 1; }, () => { let a = 2; });", "a", { value: "7" })).toBe(
      "has 2 symbols a, must have exactly 1",
    );
  });

  it("is not a name below another name, in a type, or only destructured", ({ expect }) => {
    expect(mutate(STORE, "add", { returns: "1" })).toMatch(/^has 0 symbols/);
    expect(mutate("interface A { b: 1 } const { b } = c;", "b", { value: "7" })).toMatch(/^has 0 symbols/);
  });

  it("must have the part to be replaced", ({ expect }) => {
    expect(mutate(STORE, "createStore", { value: "7" })).toMatch(/^has nothing in createStore that/);
    expect(mutate(STORE, "LIMITS", { returns: "7" })).toMatch(/^has nothing in LIMITS that/);
    expect(mutate(STORE, "Store", { returns: "7" })).toMatch(/^has nothing in Store that/);
  });
});

describe("the place of a mutant in its symbol", () => {
  it("is the innermost statement that mentions the words", ({ expect }) => {
    expect(mutate(STORE, "Store.add", { drop: "#rows row" })).toContain("return false; ; return true;");
    expect(mutate("function f() { if (a) { b(); c(); } }", "f", { drop: "b" })).toContain("if (a) { ; c(); }");
    expect(mutate('function f() { if (a) return "no"; b(); }', "f", { drop: "no" })).toContain("if (a) ; b();");
  });

  it("is the innermost condition that mentions them", ({ expect }) => {
    expect(mutate(STORE, "createStore.add", { condition: "keep", is: true })).toContain('if (true && row !== "")');
    expect(mutate(STORE, "createStore.add", { condition: "keep row", is: false })).toContain("if (false) await");
    expect(mutate("const a = b ? 1 : 2;", "a", { condition: "b", is: false })).toBe("const a = false ? 1 : 2;");
    expect(mutate("function f() { while (a < 9) a += 1; }", "f", { condition: "9", is: true })).toContain(
      "while (true)",
    );
  });

  it("is the expression of one structure, whatever spaces, quotes, parentheses and types", ({ expect }) => {
    const change = { replace: 'send(x, { to: "a" })', by: "drop(x)" };
    expect(mutate("function f() { send( (x as Y), {\n to: 'a', } ) }", "f", change)).toContain("{ (drop(x)) }");
    expect(mutate("function f() { send<Z>(x!, { to: `a` }, ) }", "f", change)).toMatch(
      /^has 0 occurrences of .* in f,/,
    );
    expect(mutate("function f() { send<Z>(x!, { to: 'a' }, ) }", "f", change)).toContain("{ (drop(x)) }");
  });

  it("keeps the expression that _ matched", ({ expect }) => {
    const change = { replace: "within(ms, _)", by: "_" };
    expect(mutate("function f() { return within(ms, g(1, 2)); }", "f", change)).toContain("return (g(1, 2));");
    expect(mutate("const a = `m:${b.c}`;", "a", { replace: "`m:${_}`", by: "`m:${Number(_)}`" })).toBe(
      "const a = (`m:${Number(b.c)}`);",
    );
  });

  it("must exist exactly once", ({ expect }) => {
    expect(mutate(STORE, "createStore", { replace: "sql.exec(_)", by: "_" })).toMatch(
      /^has 2 occurrences of .* in createStore,/,
    );
    expect(mutate(STORE, "Store.add", { drop: "sql" })).toMatch(/^has 0 occurrences of \{"drop":"sql"\}/);
  });
});

describe("a change", () => {
  it("must change something, and leave valid TypeScript", ({ expect }) => {
    expect(mutate("const a = 1;", "a", { value: "1" })).toMatch(/^is unchanged by/);
    expect(mutate("const a = 1;", "a", { value: "1 +" })).toMatch(/^is not valid TypeScript with/);
    expect(mutate("const a = 1;", "a", { replace: "1 +", by: "2" })).toMatch(/^is not valid TypeScript with/);
    expect(mutate("const a =", "a", { value: "1" })).toMatch(/^is not valid TypeScript with/);
  });
});
