/**
 * Runs the worker until it is killed; says "ready" when it answers. Started by `kefu-process.ts`.
 */
import { runKefu } from "../../scripts/lib/stack.ts";
import type { KefuProcessOptions } from "./kefu-process.ts";

const { script, ports, persistTo, vars = {} }: KefuProcessOptions = JSON.parse(process.argv[2] ?? "{}");
await runKefu(script, ports, { persistTo, vars });
console.log("ready");
