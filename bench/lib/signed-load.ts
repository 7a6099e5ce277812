/**
 * A load of users that write in turn; its pushes are signed in batches before they are sent, so that signing takes no
 * CPU from the servers.
 */
import type { BenchOptions } from "../options.ts";
import type { CpuPieces } from "./cpu-pieces.ts";
import { sendLoad } from "./load.ts";
import { openidOf, textPush } from "./push.ts";
import type { Running } from "./workerd.ts";

/** Pushes signed per batch: they have to arrive within four seconds, otherwise they are treated as possible repeats. */
const BATCH = 4_000;

/** A group of users that write in turn. */
export interface Writing {
  readonly group: string;
  readonly pushes: number;
  readonly users: number;
  readonly text: string;
}

/** Signs a batch, sends it, and repeats. @returns the time spent sending, and the worst p99 of a batch */
export async function sendInBatches(
  { url }: Pick<Running, "url">,
  { group, pushes, users, text }: Writing,
  { connections }: Pick<BenchOptions, "connections">,
  pieces?: CpuPieces,
): Promise<{ readonly seconds: number; readonly p99Ms: number }> {
  let seconds = 0;
  let p99Ms = 0;
  for (let sent = 0; sent < pushes; sent += BATCH) {
    const size = Math.min(BATCH, pushes - sent);
    const signed = Array.from({ length: size }, (_, index) => textPush(openidOf(group, (sent + index) % users), text));
    const load = await sendLoad({
      url: `${url}/wechat/message`,
      connections,
      pushes: size,
      makePush: (index) => at(signed, index),
      onAnswered: (answered) => pieces?.read(sent + answered),
    });
    seconds += load.seconds;
    p99Ms = Math.max(p99Ms, load.p99Ms);
  }
  return { seconds, p99Ms };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`there is no item ${index}`);
  return item;
}
