/**
 * One browser and one server for the tests of a file. Pages are closed after each test; an error on a page fails it.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startBrowser } from "../chromium.ts";
import { openScripted, servePage, type PageServer, type Scripted } from "./scripted.ts";

/** The server and the pages of a test file. */
export interface ScriptedPages {
  /** The server; available in tests and hooks. */
  readonly server: () => PageServer;
  readonly open: (options?: Parameters<typeof openScripted>[2]) => Promise<Scripted>;
}

/**
 * Registers hooks that start the server and close the pages.
 *
 * @returns the server and the pages
 */
export function useScriptedPages(): ScriptedPages {
  let browser: Browser;
  let server: PageServer;
  let opened: Scripted[] = [];

  beforeAll(async () => {
    [browser, server] = await Promise.all([startBrowser(), servePage()]);
  });
  afterEach(async ({ expect }) => {
    const complaints = opened.flatMap((scripted) => scripted.complaints);
    await Promise.all(opened.map(({ page }) => page.context().close()));
    opened = [];
    expect(complaints).toStrictEqual([]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), server.stop()]);
  });

  return {
    server: () => server,
    async open(options) {
      const scripted = await openScripted(browser, server, options);
      opened.push(scripted);
      return scripted;
    },
  };
}
