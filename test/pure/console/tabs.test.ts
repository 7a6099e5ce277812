/** Names that belong to tabs, by the Web Locks of the runtime. */
import { afterEach, describe, it, vi } from "vitest";
import { browserTabs } from "../../../console/client/tabs.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a name of a tab", () => {
  it("is free for others once the tab has given it up, and not before", async ({ expect }) => {
    const tabs = browserTabs();
    const disown = tabs.own("a");
    const { promise, resolve } = Promise.withResolvers<void>();
    let isFree = false;
    tabs.whenFree("a", () => {
      isFree = true;
      resolve();
    });
    // Requests are granted in their order, so the one for another name shows that the first one waits.
    await new Promise<void>((done) => void tabs.whenFree("b", done));
    expect(isFree).toBe(false);
    disown();
    await promise;
    expect(isFree).toBe(true);
  });

  it("is not waited for any more after the wait was ended", async ({ expect }) => {
    const tabs = browserTabs();
    const disown = tabs.own("c");
    const work = vi.fn<() => void>();
    tabs.whenFree("c", work)();
    disown();
    await new Promise<void>((done) => void tabs.whenFree("c", done));
    expect(work).not.toHaveBeenCalled();
  });

  it("is owned in browsers without Promise.withResolvers, such as Chrome 118", ({ expect }) => {
    vi.spyOn(Promise, "withResolvers").mockImplementation(() => {
      throw new TypeError("Promise.withResolvers is not a function");
    });
    expect(() => browserTabs().own("d")()).not.toThrow();
  });
});
