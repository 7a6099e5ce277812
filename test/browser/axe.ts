/** Checks the accessibility of a page with axe. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Timeouts, ms, that a frame does not reach on a busy machine. */
const OPTIONS = { resultTypes: ["violations", "incomplete"], pingWaitTime: 20_000, frameWaitTime: 60_000 };

interface Found {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/**
 * Runs axe in the page, which collects the results of its frames. (axe's own package for Playwright collects them in a
 * second page, which takes ten times as long.)
 *
 * @returns the violations, and frames that could not be examined
 */
export async function findWithAxe(page: Page): Promise<readonly string[]> {
  for (const frame of page.frames()) await frame.evaluate(axe.source);
  const found: { readonly violations: readonly Found[]; readonly incomplete: readonly Found[] } = await page.evaluate(
    `axe.run(${JSON.stringify(OPTIONS)})`,
  );
  const untested = found.incomplete.filter(({ id }) => id === "frame-tested");
  return [...found.violations, ...untested].flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
  );
}
