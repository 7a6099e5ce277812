import { describe, it, vi } from "vitest";
import { writeLog } from "../../../worker/platform/logger.ts";

describe("a log line", () => {
  it("is one JSON object with the event first and nothing undefined", ({ expect }) => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    writeLog("push", { ms: 3, outcome: "new", app: undefined });
    expect(print).toHaveBeenCalledWith('{"event":"push","ms":3,"outcome":"new"}');
    print.mockRestore();
  });
});
