/**
 * Runs the worker until it is killed or its parent process is gone; prints "ready" when it answers. Started by
 * `kefu-process.ts`.
 */
import { runKefu } from "../../scripts/lib/stack.ts";
import type { KefuProcessOptions } from "./kefu-process.ts";

const { script, ports, persistTo, vars = {} }: KefuProcessOptions = JSON.parse(process.argv[2] ?? "{}");
const worker = await runKefu(script, ports, { persistTo, vars });
process.stdin.resume().once("close", () => {
  void worker.stop().finally(() => process.exit());
});
console.log("ready");
