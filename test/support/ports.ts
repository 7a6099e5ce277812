/**
 * Ports for the tests of whole processes. Vitest runs several files at once, another checkout may run its tests beside
 * these, and a free port is bound only some time after it was found. So each checkout and each Vitest worker searches
 * in its own range, and only after everything is built.
 */
import { createHash } from "node:crypto";
import { ROOT } from "../../scripts/lib/build.ts";
import { buildStack, findPorts, type StackPorts } from "../../scripts/lib/stack.ts";

/** The ports of one of Vitest's workers; a checkout has four of them. The browser's tests begin at 19 100. */
const RANGE = 400;
const CHECKOUTS = 6;
const checkout = createHash("sha256").update(ROOT).digest().readUInt16BE() % CHECKOUTS;
const worker = (Number(process.env["VITEST_POOL_ID"] ?? 1) - 1) % 4;
const FIRST = 9_200 + RANGE * (4 * checkout + worker);

/** Where a stack searches for its ports (`startStack`). */
export const TEST_PORTS: StackPorts = { worker: FIRST, emulator: FIRST + 100, orders: FIRST + 200 };

/** Free ports for a stack. A build takes seconds: search for them after it. */
export function findTestPorts(): Promise<StackPorts> {
  return findPorts(TEST_PORTS);
}

/** Builds both Workers, then searches for free ports. */
export async function prepareStack(): Promise<{
  readonly scripts: Awaited<ReturnType<typeof buildStack>>;
  readonly ports: StackPorts;
}> {
  const scripts = await buildStack();
  return { scripts, ports: await findTestPorts() };
}

/** Returns a free port for another server. */
export async function freeTestPort(): Promise<number> {
  const { worker } = await findPorts({ worker: FIRST + 300, emulator: FIRST + 330, orders: FIRST + 360 });
  return worker;
}
