import { describe, it } from "vitest";
import { freeCapacity, gbSeconds, monthlyBill, pricePerMillion, type Usage } from "../../../bench/cost.ts";

const NOTHING: Usage = {
  workerRequests: 0,
  cpuMs: 0,
  kvReads: 0,
  kvWrites: 0,
  objectRequests: 0,
  objectGbSeconds: 0,
  rowsWritten: 0,
};

/** Designs of WORKERS.md, "Cost", with the figures its table gives for them. */
const LEAN: Usage = {
  ...NOTHING,
  workerRequests: 1,
  cpuMs: 1.5,
  objectRequests: 2,
  objectGbSeconds: gbSeconds(0.31),
  rowsWritten: 4,
};
const WORKER_SENDS: Usage = { ...NOTHING, workerRequests: 1, cpuMs: 1.5, objectRequests: 2.3, rowsWritten: 3.3 };
const KV_FIRST: Usage = { ...LEAN, kvReads: 2, kvWrites: 1 };

describe("the price of a million messages", () => {
  it("is the sum of what each resource costs beyond what is included", ({ expect }) => {
    expect(pricePerMillion({ ...NOTHING, workerRequests: 1 })).toBeCloseTo(0.3);
    expect(pricePerMillion({ ...NOTHING, rowsWritten: 4 })).toBeCloseTo(4);
    expect(pricePerMillion({ ...NOTHING, kvWrites: 1, kvReads: 1 })).toBeCloseTo(5.5);
    expect(pricePerMillion({ ...NOTHING, objectGbSeconds: gbSeconds(1) })).toBeCloseTo(1.6);
  });

  it("agrees with the sheet's own designs", ({ expect }) => {
    expect(pricePerMillion(LEAN)).toBeCloseTo(5.13, 1);
    expect(pricePerMillion(WORKER_SENDS)).toBeCloseTo(4.02, 1);
  });
});

describe("a month's bill", () => {
  it("is only the plan's price while everything is included", ({ expect }) => {
    expect(monthlyBill({ ...WORKER_SENDS, objectRequests: 1 }, 1e6)).toBe(5);
  });

  it("charges only what is beyond the included amount, for each resource", ({ expect }) => {
    expect(monthlyBill(WORKER_SENDS, 1e6)).toBeCloseTo(5.2, 1);
    expect(monthlyBill(WORKER_SENDS, 1e7)).toBeCloseTo(8.3, 1);
    expect(monthlyBill({ ...NOTHING, rowsWritten: 10 }, 6e6)).toBeCloseTo(15);
  });
});

describe("the free plan", () => {
  it("ends with the resource that is used up first, and names it", ({ expect }) => {
    expect(freeCapacity(WORKER_SENDS)).toEqual({ messages: 30_303, endedBy: "rowsWritten" });
    expect(freeCapacity({ ...WORKER_SENDS, rowsWritten: 1, objectRequests: 3 })).toEqual({
      messages: 33_333,
      endedBy: "objectRequests",
    });
    expect(freeCapacity(KV_FIRST)).toEqual({ messages: 1_000, endedBy: "kvWrites" });
  });

  it("does not limit the CPU of a day", ({ expect }) => {
    expect(freeCapacity({ ...NOTHING, workerRequests: 1, cpuMs: 1e9 })).toEqual({
      messages: 100_000,
      endedBy: "workerRequests",
    });
  });

  it("refuses a message that uses nothing", ({ expect }) => {
    expect(() => freeCapacity(NOTHING)).toThrow("the message has no usage");
  });
});
