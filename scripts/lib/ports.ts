/**
 * Finds free ports on this machine. Between choosing a port and binding it, another program may take it: `isPortTaken`
 * recognises the resulting error, and the caller chooses again.
 */
import { createServer } from "node:net";

/** The number of ports that are tried, from the wanted one upwards. */
const RANGE = 100;
/** The error codes of Node and of Miniflare for a port that is taken. */
const TAKEN: ReadonlySet<unknown> = new Set(["EADDRINUSE", "ERR_ADDRESS_IN_USE"]);

/** Thrown when no port of the range is free. */
export class NoFreePortError extends Error {
  /** @param from the first port that was tried */
  constructor(from: number) {
    super(`端口 ${from} 到 ${from + RANGE - 1} 都被占用 / no port is free from ${from} to ${from + RANGE - 1}`);
    this.name = "NoFreePortError";
  }
}

/** Returns the first free port from `wanted` upwards. @throws NoFreePortError */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + RANGE; port += 1) {
    if (await isPortFree(port)) return port;
  }
  throw new NoFreePortError(wanted);
}

/** Returns the error text for a port conflict; undefined for other errors. */
export function portProblem(error: unknown): string | undefined {
  if (error instanceof NoFreePortError) return error.message;
  if (!isPortTaken(error)) return undefined;
  return "端口反复被其他程序占用，请重试 / other programs repeatedly took the ports: try again";
}

/** Returns whether an error was caused by a port that is taken. */
export function isPortTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && TAKEN.has(error.code);
}

/** Returns whether a port of this machine can be bound. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
