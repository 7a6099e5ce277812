/**
 * The plan for every code in every situation, compared with `test/fixtures/plan-of-codes.txt`. Codes with the same plan
 * are one block. After an intended change: `npm test -- test/pure/conversation/plan-of-codes.test.ts --update`.
 */
import { describe, it } from "vitest";
import { decidePause } from "../../../worker/account/core/pause.ts";
import { watchSend } from "../../../worker/account/faults/sends-watch.ts";
import { ERRCODES } from "../../../worker/channels/wechat/errcode.ts";
import { settleAttempt } from "../../../worker/conversation/core/outbox/outbox.ts";
import { waitReasonOf } from "../../../worker/conversation/core/outbox/waiting.ts";
import { writeRows } from "../../../worker/conversation/core/rows.ts";
import { EMPTY_STATE, LEASE_MS, type ConversationState } from "../../../worker/conversation/core/state.ts";
import { reserve, openGrant } from "../../../worker/conversation/core/window.ts";
import { pauseCause, rejected } from "../../support/delivery.ts";
import { RULES } from "../../support/rules.ts";

const NOW = 1_760_000_000_000;
const STARTED = NOW - 1_000;
const HOUR = 3_600_000;
const SEQ = NOW - 60_000;
const UNKNOWN = 12_345;
const CODES = [...Object.keys(ERRCODES).map(Number), UNKNOWN].toSorted((a, b) => a - b);

const TRIES = { fresh: { failed: 0, paused: 0 }, often: { failed: 0, paused: 9 }, last: { failed: 3, paused: 0 } };
/** How long the message has been the only refused one. */
const ALONE = { shared: {}, alone: { aloneMs: 0 }, "alone for long": { aloneMs: 3 * HOUR } };
/** The end of the pause in force. */
const PAUSE = { open: {}, paused: { pausedUntil: NOW + 10 * 60_000 } };
const HOLD = { block: {}, hold: { holdUntil: NOW + HOUR } };
const RANDOMS = [0, 0.5];

const choices = <T extends object>(table: T) => Object.entries(table) as [string, T[keyof T]][];

const SITUATIONS = choices(TRIES).flatMap(([tried, tries]) =>
  choices(ALONE).flatMap(([alone, aloneFor]) =>
    choices(PAUSE).flatMap(([pause, until]) =>
      choices(HOLD).map(([hold, held]) => ({
        name: [tried, alone, pause, hold].join(", "),
        tries,
        held,
        facts: { ...aloneFor, ...until },
      })),
    ),
  ),
);

function leased({ tries, held }: (typeof SITUATIONS)[number]): ConversationState {
  const at = NOW - HOUR;
  const opened = openGrant(EMPTY_STATE.window, RULES, { name: "message", at, receivedAt: at });
  const item = {
    seq: SEQ,
    message: SEQ,
    source: "api",
    mayRepeat: false,
    resend: 0,
    attempt: 1,
    tries,
    ...held,
  } as const;
  const lease = { holder: "c", startedAt: STARTED, endsAt: STARTED + LEASE_MS, deadline: STARTED + LEASE_MS };
  const queue = [{ ...item, nextAt: SEQ, until: NOW + 40 * HOUR, lease }];
  return { ...EMPTY_STATE, lastSeq: SEQ, window: reserve(opened, [SEQ], 0), queue };
}

/** The written rows, and the remaining state of the item and its window. */
function planOf(code: number, situation: (typeof SITUATIONS)[number], random: number): string {
  const writer = writeRows(SEQ, NOW);
  const attempt = { seq: SEQ, attempt: 1, outcome: rejected(code, situation.facts) };
  const context = { rules: RULES, now: NOW, random, unconfirmedRetries: 0 } as const;
  const { queue, window } = settleAttempt(leased(situation), writer, attempt, context, () => false);
  const name = ERRCODES[code]?.name ?? "unknown_errcode";
  const rows = writer.rows().map(({ kind, facts }) => {
    const reason = "reason" in facts ? ` ${facts.reason === name ? "by name" : facts.reason}` : "";
    const at = "retryAt" in facts ? ` +${facts.retryAt - NOW} ms` : "";
    return `${kind}${reason}${at}`;
  });
  const [item] = queue;
  const waits = item?.lastAttempt === undefined ? [] : [`waits: ${waitReasonOf(item.lastAttempt)}`];
  const tries = item === undefined ? [] : [`tries ${item.tries.failed} ${item.tries.paused}`];
  const spent = window.grants.some((grant) => grant.spent === true) ? ["spent"] : [];
  return [...rows, ...tries, ...waits, ...spent, ...(window.doubtful ? ["doubtful"] : [])].join(", ");
}

/** The report to the account. */
function accountOf(code: number): string {
  const trouble = watchSend(new Map(), "app", rejected(code), NOW);
  const reach = ERRCODES[code]?.reach;
  if (reach === undefined) return trouble === undefined ? "nothing" : `trouble: ${trouble?.cause ?? "over"}`;
  const { patch } = decidePause({ pausedUntil: 0, refusals: {} }, pauseCause(code), undefined, NOW, 0.5);
  return `pauses ${reach}, +${(patch.pausedUntil ?? 0) - NOW} ms${trouble === undefined ? "" : ", trouble"}`;
}

function describeCode(code: number): string {
  const lines = SITUATIONS.map((situation) => {
    const plans = new Set(RANDOMS.map((random) => planOf(code, situation, random)));
    return [situation.name, [...plans].join(" | ")] as const;
  });
  const isOne = new Set(lines.map(([, plan]) => plan)).size === 1;
  const plans = isOne ? [`always: ${lines[0]?.[1]}`] : lines.map(([name, plan]) => `${name}: ${plan}`);
  return [`account: ${accountOf(code)}`, ...plans].map((line) => `  ${line}\n`).join("");
}

describe("the plan of every code", () => {
  it("is the stored one in every situation", async ({ expect }) => {
    const blocks = new Map<string, number[]>();
    for (const code of CODES) {
      const plan = describeCode(code);
      blocks.set(plan, [...(blocks.get(plan) ?? []), code]);
    }
    const table = [...blocks].map(([plan, codes]) => `${codes.join(" ")}\n${plan}`).join("\n");
    await expect(table).toMatchFileSnapshot("../../fixtures/plan-of-codes.txt");
  });
});
