/**
 * Loaded before each test file, and by each Node process that a test starts, when `TEST_CLOCK` is set
 * (vitest.config.ts): `Date` starts at that time, so that tests can run at any date. Timers use the machine's clock.
 */
/** Vitest passes its variables to every runtime by `import.meta`; workerd's `process.env` has bindings only. */
const vitestEnv: Readonly<Record<string, string | undefined>> = Reflect.get(import.meta, "env") ?? {};
const offsetMs = Number(vitestEnv["TEST_CLOCK_OFFSET_MS"] ?? process.env["TEST_CLOCK_OFFSET_MS"] ?? 0);
const RealDate = Date;
const nowAhead = (): number => RealDate.now() + offsetMs;

// Vitest's own processes load this file twice, by NODE_OPTIONS and as a setup file.
if (!Object.hasOwn(globalThis, "isClockShifted")) {
  Object.assign(globalThis, { isClockShifted: true });
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [nowAhead()] : args, newTarget),
    get: (target, name, receiver) => (name === "now" ? nowAhead : Reflect.get(target, name, receiver)),
  });
}
