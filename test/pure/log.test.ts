import { createHash } from "node:crypto";
import { describe, it, vi } from "vitest";
import { log, logUser } from "../../worker/log.ts";

describe("a log line", () => {
  it("is one JSON object with the event first and nothing undefined", ({ expect }) => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    log("push", { ms: 3, outcome: "new", app: undefined });
    expect(print).toHaveBeenCalledWith('{"event":"push","ms":3,"outcome":"new"}');
    print.mockRestore();
  });

  it("names a user by 12 digits of a hash that hold for one app only", async ({ expect }) => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(await logUser("wx1", "oUser")).toBe(sha256("wx1:oUser").slice(0, 12));
    expect(await logUser("wx2", "oUser")).not.toBe(await logUser("wx1", "oUser"));
  });
});
