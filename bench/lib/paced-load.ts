/**
 * Generates a load at a fixed rate: pushes leave at their times whether or not earlier ones were answered (an open
 * loop), as users write.
 */
import { setTimeout } from "node:timers/promises";
import { openConnection, type Connection, type LoadOptions } from "./load.ts";

/** The pushes, their target, and their rate. */
export interface PacedOptions extends Pick<LoadOptions, "url" | "pushes" | "makePush"> {
  readonly perSecond: number;
}

/**
 * Sends the pushes; resolves when all are answered. A push that finds no idle connection opens one.
 *
 * @returns the time until each answer, milliseconds
 * @throws when an answer is not 200 `success`
 */
export async function sendPaced(options: PacedOptions): Promise<readonly number[]> {
  const url = new URL(options.url);
  const idle: Connection[] = [];
  const latencies: number[] = [];
  const startedAt = performance.now();
  async function send(index: number): Promise<void> {
    const connection = idle.pop() ?? (await openConnection(url));
    const push = options.makePush(index);
    const sentAt = performance.now();
    await connection.send(push);
    latencies.push(performance.now() - sentAt);
    idle.push(connection);
  }
  const sent: Promise<void>[] = [];
  try {
    for (let index = 0; index < options.pushes; index += 1) {
      const waitMs = startedAt + (index * 1_000) / options.perSecond - performance.now();
      if (waitMs > 0) await setTimeout(waitMs);
      const answered = send(index);
      // Its failure is thrown at the end; until then it must not count as unhandled.
      answered.catch(() => {});
      sent.push(answered);
    }
    await Promise.all(sent);
  } finally {
    for (const connection of idle) connection.close();
  }
  return latencies;
}
