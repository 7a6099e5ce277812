import { describe, it } from "vitest";
import { parseAnswer } from "../../../bench/lib/load.ts";
import { exactRow, isWithin, times, toRow } from "../../../bench/row.ts";
import { parseStartup } from "../../../bench/rows/size.ts";
import { quantile, ratiosOf, spreadOf } from "../../../bench/stats.ts";

describe("the statistics", () => {
  it("the median is the middle of an odd number of values, and between the middle two of an even one", ({ expect }) => {
    expect(quantile([9, 1, 5], 0.5)).toBe(5);
    expect(quantile([1, 2, 3, 10], 0.5)).toBe(2.5);
  });

  it("a quantile is interpolated between neighbours, for any order of values", ({ expect }) => {
    expect(quantile([10, 0], 0.25)).toBe(2.5);
    expect(quantile([3, 1, 2], 0)).toBe(1);
    expect(quantile([3, 1, 2], 1)).toBe(3);
  });

  it("an empty list has no quantile", ({ expect }) => {
    expect(() => quantile([], 0.5)).toThrow("an empty list");
  });

  it("one disturbed round changes the range and not the median", ({ expect }) => {
    expect(spreadOf([1, 1.1, 0.9, 1, 9])).toEqual({ median: 1, min: 0.9, max: 9, samples: 5 });
  });

  it("ratios are computed for each round, so that slowing a whole round down has no effect", ({ expect }) => {
    expect(ratiosOf([2, 20, 200], [1, 10, 100])).toEqual({ median: 2, min: 2, max: 2, samples: 3 });
    expect(() => ratiosOf([1], [1, 2])).toThrow("same rounds");
  });
});

describe("a row of the report", () => {
  const line = { id: "x", zh: "某项", en: "something" };

  it("is met by its median, regardless of the extremes", ({ expect }) => {
    const row = toRow(line, { median: 1.2, min: 0.5, max: 3, samples: 5 }, times, { limit: 1.25, side: "at most" });
    expect(row).toMatchObject({ measured: "1.20×", spread: "0.50× – 3.00×", budget: "≤ 1.25×", met: true });
  });

  it("marks a missed budget, and a target that is not reached", ({ expect }) => {
    const budget = { limit: 1.25, aim: 1.15, side: "at most" } as const;
    expect(exactRow(line, 1.26, times, budget)).toMatchObject({ met: false, aim: false });
    expect(exactRow(line, 1.2, times, budget)).toMatchObject({ met: true, aim: false, budget: "≤ 1.25× (1.15×)" });
    expect(exactRow(line, 1.1, times, budget)).toMatchObject({ met: true, aim: true });
  });

  it("has no verdict without a budget, and no range when it was counted", ({ expect }) => {
    const row = exactRow(line, 4, String);
    expect(row).toEqual({ ...line, measured: "4", spread: "", budget: "" });
  });

  it("supports minimum budgets", ({ expect }) => {
    expect(isWithin(5, { limit: 5, side: "at least" })).toBe(true);
    expect(isWithin(4.9, { limit: 5, side: "at least" })).toBe(false);
  });
});

describe("outputs of other programs", () => {
  it("an answer is complete when it has all announced bytes", ({ expect }) => {
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\n";
    expect(parseAnswer("HTTP/1.1 200 OK\r\n")).toBeUndefined();
    expect(parseAnswer(`${head}succ`)).toBeUndefined();
    expect(parseAnswer(`${head}success`)).toEqual({ status: 200, body: "success" });
  });

  it("an answer without a length stops the bench instead of hanging it", ({ expect }) => {
    expect(() => parseAnswer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")).toThrow(
      "Content-Length",
    );
  });

  it("start-up is wrangler's active time, and any other output of wrangler is an error", ({ expect }) => {
    expect(parseStartup("│   Active: 23.7 ms (including 0.0 ms garbage collection)\n│   Idle: 14.8 ms")).toBe(23.7);
    expect(() => parseStartup("took 3 ms")).toThrow("no longer");
  });
});
