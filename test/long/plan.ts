/**
 * The plan of a long run, generated from its seed before the run: which user writes what and when, the faults of
 * WeChat, and the moment at which each life of the worker ends. Pure: the same seed is the same plan.
 *
 * Each user is due at most two answers. With a second attempt of each that is four messages, so WeChat's five are never
 * used up, and every answer that does not arrive counts as missing.
 */
import { seeded, type Seeded } from "../support/seeded.ts";
import type { Moment } from "./emulated.ts";

/** The ways a push is delivered, other than once and immediately. */
export type Delivery =
  | { readonly how: "plain" }
  /** Many copies at once. */
  | { readonly how: "storm"; readonly copies: number }
  /** Repeated later, although it may have been acknowledged. */
  | { readonly how: "repeated"; readonly copies: number; readonly afterMs: number }
  /** Held back: later messages of the user arrive before it. */
  | { readonly how: "late"; readonly afterMs: number };

/** One action. `mark` is a text that no other action uses: the records are compared by it. */
export type Act = {
  readonly atMs: number;
  readonly openid: string;
  readonly app: "first" | "second" | "desk";
} & (
  | {
      readonly kind: "text" | "enter";
      readonly mark: string;
      /** The texts of the automatic answers that are due. */
      readonly due: readonly string[];
      readonly answer: "received" | "handover";
      readonly delivery: Delivery;
    }
  /** A message to the user is sent by the REST API. */
  | { readonly kind: "request"; readonly mark: string }
);

/** The faults of WeChat. */
export type Trouble =
  | "busy"
  | "slow"
  | "broken before"
  | "broken after"
  | "http 502"
  | "token killed"
  | "token slow"
  | "token busy"
  | "minute quota"
  | "daily quota";

/**
 * When a life ends: at the nth such moment after the first `skip` moments of any kind, and a little later. Counted
 * instead of timed, so that a slow machine kills at the same points as a fast one; if that moment does not occur, the
 * life ends `limitMs` after the worker's first answer.
 */
export interface KillPlan {
  readonly moment: Moment | "time";
  readonly skip: number;
  readonly nth: number;
  readonly delayMs: number;
  readonly limitMs: number;
}

/** One life of the worker. */
export interface LifePlan {
  readonly acts: readonly Act[];
  readonly troubles: readonly { readonly trouble: Trouble; readonly times: number; readonly delayMs: number }[];
  readonly kill: KillPlan;
}

/** Lives under one setting of UNCONFIRMED_RETRY. */
export interface PhasePlan {
  readonly unconfirmedRetry: 0 | 1;
  readonly lives: readonly LifePlan[];
}

/** Faults used in turn, one per life. */
const DECK: readonly Trouble[] = [
  "busy",
  "slow",
  "broken before",
  "broken after",
  "http 502",
  "token killed",
  "token slow",
  "token busy",
];
/** The minute's quota stops the app for up to a minute, so it is rare: once in this number of lives. */
const MINUTE_QUOTA_EVERY = 100;
const MAX_PHASE = 50;
const MIN_PHASES = 4;
const MOMENTS: readonly [KillPlan["moment"], ...KillPlan["moment"][]] = [
  "push sent",
  "push sent",
  "push answered",
  "push answered",
  "send arrived",
  "send arrived",
  "send answered",
  "send answered",
  "token asked",
  "time",
  "time",
];

/** The settings of the app whose users are served by the desk: no automatic answers. */
export const DESK_SETTINGS = { rules: [], fallback: { type: "handover" }, humanService: "desk" } as const;

/** The settings that the plan assumes for the other apps. */
export const SETTINGS = {
  rules: [
    { id: "agent", match: { type: "prefix", words: ["人工"] }, action: { type: "handover" } },
    {
      id: "pair",
      match: { type: "prefix", words: ["两条"] },
      action: {
        type: "reply",
        messages: [
          { type: "text", content: first("{{content}}") },
          { type: "text", content: second("{{content}}") },
        ],
      },
    },
  ],
  fallback: { type: "reply", messages: [{ type: "text", content: first("{{content}}") }] },
} as const;

/**
 * Generates the plan.
 *
 * @param kills how many lives end
 */
export function drawPlan(seed: number, kills: number): readonly PhasePlan[] {
  const size = Math.max(1, Math.min(MAX_PHASE, Math.ceil(kills / MIN_PHASES)));
  const count = Math.ceil(kills / size);
  const minuteAt = seeded(seed, -1).int(0, Math.min(kills, MINUTE_QUOTA_EVERY) - 1);
  const dailyAt = Math.floor(kills / 4);
  return Array.from({ length: count }, (_, phase) => {
    const lives = Math.min(size, kills - phase * size);
    return {
      // In every fourth phase the setting promises that no message arrives twice.
      unconfirmedRetry: phase % MIN_PHASES === MIN_PHASES - 1 ? 0 : 1,
      lives: Array.from({ length: lives }, (_, index) => {
        const life = phase * size + index;
        const special: Trouble[] = [];
        if (life % MINUTE_QUOTA_EVERY === minuteAt) special.push("minute quota");
        if (life === dailyAt) special.push("daily quota");
        return drawLife(seeded(seed, life + 1), { seed, life, special });
      }),
    };
  });
}

interface LifeFrame {
  readonly seed: number;
  readonly life: number;
  readonly special: readonly Trouble[];
}

function drawLife(random: Seeded, { seed, life, special }: LifeFrame): LifePlan {
  const deck = seeded(seed, -2 - Math.floor(life / DECK.length)).shuffle(DECK);
  const dealt = deck[life % DECK.length] ?? "busy";
  const people = random.int(3, 6);
  const acts = Array.from({ length: people }, (_, person) => drawPerson(random, `oL${life}p${person}`, "first"));
  const isSecond = special.includes("daily quota") || random.chance(0.15);
  if (isSecond) acts.push(drawPerson(random, `oL${life}q`, "second"));
  acts.push(drawServed(seeded(seed, SERVED_BRANCH + life), life));
  return {
    acts: acts.flat().toSorted((a, b) => a.atMs - b.atMs),
    troubles: [...special, dealt].map((trouble) => ({
      trouble,
      times: random.int(1, 3),
      delayMs: random.int(100, 4_000),
    })),
    kill: {
      moment: random.pick(MOMENTS),
      // Sometimes in the busy time after the start, mostly during normal work.
      skip: random.chance(0.2) ? 0 : random.int(8, 30),
      nth: random.int(1, 4),
      // Immediately; otherwise the first few milliseconds would never be tested.
      delayMs: random.chance(0.5) ? 0 : random.int(1, 12),
      limitMs: random.int(500, 2_000),
    },
  };
}

/**
 * The number of the random sequence for users of the desk. It is separate, so that their choices do not change those of
 * the other users.
 */
const SERVED_BRANCH = 1_000_000;
/** The number of lives after which a user of the desk may come back; by then the session may or may not be closed. */
const COMES_BACK_AFTER = 3;

/** A user whom agents serve: asks, asks again, and may come back later. */
function drawServed(random: Seeded, life: number): readonly Act[] {
  const says = (openid: string, mark: string, atMs: number): Act => {
    const delivery = drawDelivery(random);
    return { openid, app: "desk", kind: "text", mark, due: [], answer: "received", atMs, delivery };
  };
  const openid = `oL${life}d`;
  const atMs = random.int(0, 600);
  const acts = [says(openid, `问${openid}`, atMs)];
  if (random.chance(0.5)) acts.push(says(openid, `还在吗${openid}`, atMs + random.int(1, 1_500)));
  const former = `oL${life - COMES_BACK_AFTER}d`;
  if (life >= COMES_BACK_AFTER && random.chance(0.4)) acts.push(says(former, `又来了${former}`, random.int(0, 1_000)));
  return acts;
}

type Plot = "one" | "pair" | "twice" | "swapped" | "agent" | "enter" | "request";
const PLOTS: readonly [Plot, ...Plot[]] = [
  "one",
  "one",
  "one",
  "pair",
  "twice",
  "swapped",
  "agent",
  "enter",
  "request",
];

/** One user's actions in this life of the worker; their effects may continue in the next one. */
function drawPerson(random: Seeded, openid: string, app: Act["app"]): readonly Act[] {
  const atMs = random.int(0, 1_300);
  const laterMs = atMs + random.int(1, 1_500);
  const delivery = drawDelivery(random);
  const late: Delivery = { how: "late", afterMs: random.int(100, 2_500) };
  const who = { openid, app };
  switch (random.pick(PLOTS)) {
    case "one":
      return [{ ...who, ...text(`${openid}一`), atMs, delivery }];
    case "pair":
      return [{ ...who, ...pair(`两条${openid}`), atMs, delivery }];
    case "twice":
      return [
        { ...who, ...text(`${openid}一`), atMs, delivery },
        { ...who, ...text(`${openid}二`), atMs: laterMs, delivery: { how: "plain" } },
      ];
    case "swapped":
      return [
        { ...who, ...text(`${openid}先`), atMs, delivery: late },
        { ...who, ...text(`${openid}后`), atMs, delivery: { how: "plain" } },
      ];
    case "agent":
      return [{ ...who, kind: "text", mark: `人工${openid}`, due: [], answer: "handover", atMs, delivery }];
    case "enter":
      return [
        { ...who, kind: "enter", mark: `from=${openid}`, due: [], answer: "received", atMs, delivery },
        { ...who, ...text(`${openid}一`), atMs: laterMs, delivery: { how: "plain" } },
      ];
    case "request":
      return [
        { ...who, ...text(`${openid}一`), atMs, delivery },
        { ...who, kind: "request", mark: `人答：${openid}`, atMs: laterMs },
      ];
  }
}

function drawDelivery(random: Seeded): Delivery {
  const copies = random.int(10, 30);
  const afterMs = random.int(50, 6_000);
  const few = random.int(1, 3);
  const drawn = random.real();
  if (drawn < 0.08) return { how: "storm", copies };
  return drawn < 0.25 ? { how: "repeated", copies: few, afterMs } : { how: "plain" };
}

function text(mark: string) {
  return { kind: "text", mark, due: [first(mark)], answer: "received" } as const;
}

function pair(mark: string) {
  return { kind: "text", mark, due: [first(mark), second(mark)], answer: "received" } as const;
}

function first(mark: string): string {
  return `收到：${mark}`;
}

function second(mark: string): string {
  return `补充：${mark}`;
}
