/**
 * Runs before each test file. With `SHARE_WORKERD=1` the files share a workerd, because to start one and to load the
 * worker takes four seconds of CPU; no file may find anything that another one left.
 */
import { afterAll, vi } from "vitest";
import {
  emptyStorage,
  importWithoutCalls,
  isShared,
  isUsed,
  noteObjects,
  noteRequests,
  unloadModules,
} from "./empty-worker.ts";

if (isShared()) {
  if (isUsed()) unloadModules();
  else {
    noteObjects();
    importWithoutCalls();
  }
}
await import("./load-code.ts");

if (isShared()) {
  noteRequests((await import("../../worker/index.ts")).default);
  // The last hook of the file, so that nothing is under way, nor logs, when vitest ends the file.
  afterAll(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    await emptyStorage();
  });
}
