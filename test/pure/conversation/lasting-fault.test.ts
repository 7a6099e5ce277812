/** A permanent fault of the whole account: the outcome of waiting messages, from account and retry plan together. */
import { describe, it } from "vitest";
import { decidePause } from "../../../worker/account/core/pause.ts";
import { NEW_ACCOUNT, type AccountState } from "../../../worker/account/core/state.ts";
import { planRetry, type Tries } from "../../../worker/conversation/core/outbox/retry.ts";
import { pauseCause, rejected } from "../../support/delivery.ts";

const NOW = 1_760_000_000_000;
const HOUR = 3_600_000;

interface Waiting {
  readonly attempt: number;
  readonly tries: Tries;
  readonly at: number;
}

/** Numbers in [0, 1) that are the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Refuses every attempt of these messages by `errcode` for a while. Returns when each failed, and the pauses. */
function refuseAll(messages: readonly string[], errcode: number, ms: number, seed: number) {
  const random = createRandom(seed);
  const account: { state: AccountState } = { state: NEW_ACCOUNT };
  let pauses = 0;
  const failed: Record<string, number> = {};
  const waiting = new Map<string, Waiting>(
    messages.map((message) => [message, { attempt: 0, tries: { failed: 0, paused: 0 }, at: NOW + random() * 60_000 }]),
  );
  for (;;) {
    const [next] = [...waiting].toSorted(([, a], [, b]) => a.at - b.at);
    if (next === undefined || next[1].at > NOW + ms) return { failed, pauses };
    const [message, { attempt: before, tries, at: now }] = next;
    const attempt = before + 1;
    const until = account.state.pausedUntil;
    const refuse = () => {
      const { patch, ...verdict } = decidePause(
        account.state,
        pauseCause(errcode),
        { id: message, attempt },
        now,
        random(),
      );
      if (patch.pausedUntil !== undefined) pauses += 1;
      account.state = { ...account.state, ...patch };
      return rejected(errcode, verdict);
    };
    const delivery = until > now ? ({ result: "not_sent", reason: "paused", until } as const) : refuse();
    const decision = planRetry(delivery, tries, now, random());
    if (decision.type === "retry") {
      const { counts, at } = decision;
      waiting.set(message, {
        attempt,
        at,
        tries: counts === undefined ? tries : { ...tries, [counts]: tries[counts] + 1 },
      });
    } else {
      failed[message] = now - NOW;
      waiting.delete(message);
    }
  }
}

describe("a fault of the app that lasts two days", () => {
  it.for([2, 3, 5])("fails none of %i waiting messages, whichever is tried first", (count, { expect }) => {
    const messages = Array.from({ length: count }, (_, index) => `m${index}`);
    for (let seed = 1; seed <= 40; seed += 1) {
      for (const errcode of [50007, 40164, 48001]) {
        expect(refuseAll(messages, errcode, 47 * HOUR, seed).failed, `${errcode} ${seed}`).toEqual({});
      }
    }
  });

  it("pauses once for a message that waits alone, which ends between two and seven hours later", ({ expect }) => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const { failed, pauses } = refuseAll(["m"], 40164, 47 * HOUR, seed);
      expect(pauses).toBe(1);
      expect(failed["m"], String(seed)).toBeGreaterThan(2 * HOUR);
      expect(failed["m"], String(seed)).toBeLessThan(7 * HOUR);
    }
  });
});
