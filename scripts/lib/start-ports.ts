/** The ports of `npm start -- --port N`: the flag's rule, and what is reported when one of the ports is taken. */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import type { Fault } from "../setup/fault.ts";
import { isPortFree } from "./ports.ts";
import type { StackPorts } from "./stack.ts";

/** The lowest port that needs no privilege. */
const LOWEST = 1_024;
/** The highest port, less the two ports after it. */
const HIGHEST = 65_533;

const PARTS = [
  ["worker", "worker"],
  ["emulator", "emulator"],
  ["orders", "shop"],
] as const satisfies readonly (readonly [keyof StackPorts, string])[];

const BAD_PORT = say(
  `--port：须为 ${LOWEST} 到 ${HIGHEST} 的整数，其后的两个端口给模拟器和示例商家：例如 --port 9000`,
  `--port: it must be a whole number from ${LOWEST} to ${HIGHEST}, because the emulator and the shop use the two ports after it: pass for example --port 9000`,
);

/** Reads the value of `--port`. @returns the worker's port and the two after it, for the emulator and the shop */
export function readPorts(text: string): Result<StackPorts, BilingualText> {
  const worker = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (worker < LOWEST || worker > HIGHEST) return err(BAD_PORT);
  return ok({ worker, emulator: worker + 1, orders: worker + 2 });
}

/**
 * Returns which of the ports of `--port` is taken, and the remedy.
 *
 * @param isFree whether a port can be bound
 * @returns undefined when all are free
 */
export async function findTakenPort(ports: StackPorts, isFree = isPortFree): Promise<Fault | undefined> {
  for (const [part, name] of PARTS) {
    const port = ports[part];
    if (await isFree(port)) continue;
    return {
      wrong: say(
        `--port ${ports.worker}：端口 ${port}（${name}）已被占用`,
        `--port ${ports.worker}: port ${port} (${name}) is taken`,
      ),
      cure: say("结束占用它的程序，或换一个 --port", "end the program that uses it, or pass another --port"),
    };
  }
  return undefined;
}
