/**
 * Ports of this machine. Between choosing a port and binding it another program may take it. `isPortTaken` recognises
 * the resulting error; the caller then chooses again.
 */
import { createServer } from "node:net";

/** How many ports are tried, from the wanted one upwards. */
const RANGE = 100;
/** Node's error code, and Miniflare's. */
const TAKEN: ReadonlySet<unknown> = new Set(["EADDRINUSE", "ERR_ADDRESS_IN_USE"]);

/** No port of the range is free. */
export class NoFreePortError extends Error {
  /** @param from the first port that was tried */
  constructor(from: number) {
    super(`端口 ${from} 到 ${from + RANGE - 1} 都被占用 / no port is free from ${from} to ${from + RANGE - 1}`);
    this.name = "NoFreePortError";
  }
}

/** The first free port from `wanted` on. @throws NoFreePortError */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + RANGE; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new NoFreePortError(wanted);
}

/** The text for an error that is only about ports; undefined for any other. */
export function portProblem(error: unknown): string | undefined {
  if (error instanceof NoFreePortError) return error.message;
  if (!isPortTaken(error)) return undefined;
  return "端口一再被别的程序占用，请再试一次 / another program kept taking the ports: try again";
}

/** Whether something failed because its port is taken. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && TAKEN.has(error.code);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
