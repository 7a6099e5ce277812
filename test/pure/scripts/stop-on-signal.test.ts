/** Ctrl-C of `npm start` and `npm run setup -- --local`. */
import { EventEmitter } from "node:events";
import { beforeEach, describe, it } from "vitest";
import { stopOnSignal } from "../../../scripts/lib/stop-on-signal.ts";

class Source extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
  }
}

let source: Source;
let stops: (() => void)[];
let nowMs: number;
beforeEach(() => {
  source = new Source();
  stops = [];
  nowMs = 50_000;
});
const now = () => nowMs;
const stack = { stop: () => new Promise<void>((resolve) => void stops.push(resolve)) };

describe.for(["SIGINT", "SIGTERM"])("%s", (signal) => {
  it("stops the stack once, then exits with 0", async ({ expect }) => {
    stopOnSignal(stack, source, now);
    source.emit(signal);
    expect([stops.length, source.codes]).toEqual([1, []]);
    stops[0]?.();
    await expect.poll(() => source.codes).toEqual([0]);
  });

  it("counts once when npm forwards the signal that the terminal has sent too", async ({ expect }) => {
    stopOnSignal(stack, source, now);
    source.emit(signal);
    source.emit(signal);
    nowMs += 999;
    source.emit(signal);
    expect([stops.length, source.codes]).toEqual([1, []]);
    stops[0]?.();
    await expect.poll(() => source.codes).toEqual([0]);
  });

  it("exits at once when it is repeated a second later while the stack is stopping", ({ expect }) => {
    stopOnSignal(stack, source, now);
    source.emit(signal);
    nowMs += 1_000;
    source.emit("SIGINT");
    expect([stops.length, source.codes]).toEqual([1, [130]]);
  });

  it("is not handled by an earlier listener, which would exit before the stack is stopped", ({ expect }) => {
    source.on(signal, () => source.exit(99));
    stopOnSignal(stack, source, now);
    source.emit(signal);
    expect(source.codes).toEqual([]);
  });

  it("always has a listener, so that a signal which arrives meanwhile is not lost", ({ expect }) => {
    const counts: number[] = [];
    source.on(signal, () => source.exit(99));
    source.on("removeListener", () => counts.push(source.listenerCount(signal)));
    stopOnSignal(stack, source, now);
    expect(counts).toEqual([1]);
  });
});
