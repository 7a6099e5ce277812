import { XMLValidator } from "fast-xml-parser";
import { describe, it } from "vitest";
import { writeWorkerdConfig } from "../../../bench/lib/workerd-config.ts";
import { DEFAULT_OPTIONS, readOptions } from "../../../bench/options.ts";
import { missedRows, toMarkdown, type BenchReport } from "../../../bench/report.ts";
import { drawCurve } from "../../../bench/svg.ts";

const ROW = { id: "a.x", zh: "确认", en: "acknowledge", measured: "1.10×", spread: "1.00× – 1.20×", budget: "≤ 1.25×" };
const REPORT: BenchReport = {
  machine: {
    date: "2026-11-22",
    cores: 2,
    processor: "some processor",
    memoryGb: 24,
    platform: "linux x64",
    node: "v24.0.0",
    workerd: "1.2",
    storage: "memory",
  },
  options: DEFAULT_OPTIONS,
  seconds: 300,
  curves: [{ id: "users", zh: "用户数", en: "users", points: [] }],
  rows: [
    { ...ROW, met: true },
    { ...ROW, id: "b.x", met: false },
    { ...ROW, id: "c.x", met: true, aim: false },
    { ...ROW, id: "d.x", budget: "" },
  ],
};

describe("the report", () => {
  it("shows for each budget whether it was met, and whether its target was", ({ expect }) => {
    const text = toMarkdown(REPORT);
    expect(text).toContain("| a.x | 确认<br>acknowledge | 1.10× | 1.00× – 1.20× | ≤ 1.25× | 达标 met |");
    expect(text).toMatch(/\| b\.x .*\*\*未达标 missed\*\* \|/);
    expect(text).toMatch(/\| c\.x .*target not reached \|/);
  });

  it("lists figures without a budget separately", ({ expect }) => {
    const [budgets = "", others = ""] = toMarkdown(REPORT).split("## 其他数字");
    expect(budgets).not.toContain("d.x");
    expect(others).toContain("| d.x |");
  });

  it("shows the curves", ({ expect }) => {
    expect(toMarkdown(REPORT)).toContain("![用户数 users](../docs/pictures/bench-users.svg)");
  });

  it("lists missed budgets", ({ expect }) => {
    expect(missedRows(REPORT.rows).map(({ id }) => id)).toEqual(["b.x"]);
  });
});

describe("the curves", () => {
  const value = (median: number) => ({ median, min: median - 50, max: median + 50, samples: 5 });
  const chart = {
    zh: "用户 <数>",
    en: "users & more",
    points: [
      { label: "1", value: value(500) },
      { label: '1 "k"', value: value(510) },
    ],
  };

  it("are valid XML for any labels", ({ expect }) => {
    const svg = drawCurve(chart);
    expect(XMLValidator.validate(svg)).toBe(true);
    expect(svg).toContain("用户 &lt;数>");
  });

  it("show every figure as text, and follow light and dark", ({ expect }) => {
    const svg = drawCurve(chart);
    expect(svg).toContain(">500 µs</text>");
    expect(svg).toContain(">510 µs</text>");
    expect(svg).toContain("prefers-color-scheme: dark");
  });

  it("begin at zero: a flat curve looks flat", ({ expect }) => {
    const heights = [...drawCurve(chart).matchAll(/<circle class="dot" cx="[\d.]+" cy="([\d.]+)"/g)];
    const [near, far] = heights.map(([, y]) => Number(y));
    expect(Math.abs((near ?? 0) - (far ?? 99))).toBeLessThan(4);
  });
});

describe("the command line", () => {
  it("makes a complete report without arguments", ({ expect }) => {
    expect(readOptions([])).toEqual(DEFAULT_OPTIONS);
  });

  it("accepts counts and subjects", ({ expect }) => {
    const options = readOptions(["--rounds", "3", "--users=100000", "--only", "crypto,size", "--no-write"]);
    expect(options).toMatchObject({ rounds: 3, users: 100_000, only: ["crypto", "size"], write: false });
  });

  it.for([["--rounds", "0"], ["--users", "many"], ["--only", "everything"], ["--fast"]])(
    "refuses %s",
    (args, { expect }) => {
      expect(() => readOptions(args)).toThrow(TypeError);
    },
  );
});

describe("the configuration of workerd", () => {
  const text = writeWorkerdConfig({
    port: 9_700,
    module: "worker.js",
    compatibilityDate: "2026-10-20",
    vars: { SECRET: 'a "quoted" \\ one' },
    objects: { CONVERSATION: "Conversation" },
    kvBindings: ["KV"],
    storage: "/somewhere/objects",
  });

  it("has the Worker's objects with SQLite, its KV and its variables", ({ expect }) => {
    expect(text).toContain('(name = "CONVERSATION", durableObjectNamespace = "Conversation")');
    expect(text).toContain('(className = "Conversation", uniqueKey = "bench-Conversation", enableSql = true)');
    expect(text).toContain('(name = "KV", kvNamespace = "kv")');
    expect(text).toContain(String.raw`(name = "SECRET", text = "a \"quoted\" \\ one")`);
  });

  it("listens on this machine only, and can call this machine only", ({ expect }) => {
    expect(text).toContain('address = "127.0.0.1:9700"');
    expect(text).toContain('network = (allow = ["private", "local"])');
  });
});
