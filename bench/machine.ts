/** The data about the machine in a report: enough to interpret the figures, nothing that identifies the machine. */
import { cpus, totalmem } from "node:os";
import { STORAGE_ROOT, WORKERD_VERSION } from "./lib/workerd.ts";

/** The data about the machine. */
export interface MachineFacts {
  readonly date: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly platform: string;
  readonly node: string;
  readonly workerd: string;
  /** Where the objects' databases and SQLite were stored. */
  readonly storage: "memory" | "disk";
}

/** Reads the data about the machine. */
export function readMachine(): MachineFacts {
  const all = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: all.length,
    processor: all[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    workerd: WORKERD_VERSION,
    storage: STORAGE_ROOT === "/dev/shm" ? "memory" : "disk",
  };
}
