import { describe, it, vi } from "vitest";
import { log, logUser } from "../../worker/log.ts";

describe("a log line", () => {
  it("is one JSON object with the event first and nothing undefined", ({ expect }) => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    log("push", { ms: 3, outcome: "new", app: undefined });
    expect(print).toHaveBeenCalledWith('{"event":"push","ms":3,"outcome":"new"}');
    print.mockRestore();
  });

  it("names a user by the first digits of his conversation's id", ({ expect }) => {
    expect(logUser("0123456789abcdef".repeat(4))).toBe("0123456789ab");
  });
});
