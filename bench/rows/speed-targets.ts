/**
 * What rows a to c compare, and under which load (speed.ts).
 */
import { ANSWERED_TEXT, UNANSWERED_TEXT } from "../lib/push.ts";
import { startExpress, startKefu, startWorker } from "../lib/targets.ts";
import type { Running } from "../lib/workerd.ts";

/** What the floor answers: as long as the shop's. */
const FLOOR_ANSWER = "商品价格以商品详情页为准，下单时会显示优惠后的实付金额。";

/** One thing that is measured. */
export interface Target {
  readonly start: (apiUrl: string) => Promise<Running>;
  readonly load: "turns" | "alone";
  readonly text: string;
  /** Whether each message is answered through the API, so that the run lasts until all answers are there. */
  readonly answers: boolean;
  /** A part of the run's pushes is enough where each takes 80 ms. */
  readonly share?: number;
}

/** A collection of all garbage takes 100 ms: among a thousand pushes one decides the figure. */
const LONG = 4;

/** All of them. */
export const TARGETS = {
  floor: { start: (api) => startWorker("floor", api), load: "turns", text: UNANSWERED_TEXT, answers: false },
  stored: { start: (api) => startKefu("kefu", api), load: "turns", text: UNANSWERED_TEXT, answers: false },
  dedupe: { start: () => startExpress({ DEDUPE: "1" }), load: "turns", text: UNANSWERED_TEXT, answers: false },
  floorAlone: {
    start: (api) => startWorker("floor", api),
    load: "alone",
    text: UNANSWERED_TEXT,
    answers: false,
    share: LONG,
  },
  floorArmed: {
    start: (api) => startWorker("floor", api, { ARMED: "1" }),
    load: "alone",
    text: UNANSWERED_TEXT,
    answers: false,
    share: LONG,
  },
  storedAlone: {
    start: (api) => startKefu("kefu", api),
    load: "alone",
    text: UNANSWERED_TEXT,
    answers: false,
    share: LONG,
  },
  decided: {
    start: (api) => startKefu("metered", api, { CUT: "1" }),
    load: "alone",
    text: ANSWERED_TEXT,
    answers: false,
    share: LONG,
  },
  floorAnswered: {
    start: (api) => startWorker("floor", api, { ANSWER: FLOOR_ANSWER }),
    load: "alone",
    text: ANSWERED_TEXT,
    answers: true,
  },
  answered: { start: (api) => startKefu("kefu", api), load: "alone", text: ANSWERED_TEXT, answers: true },
  guide: {
    start: (api) => startExpress({ REPLY: "inline", API: api }),
    load: "alone",
    text: ANSWERED_TEXT,
    answers: true,
    share: 0.3,
  },
} as const satisfies Record<string, Target>;

/** One of them. */
export type TargetName = keyof typeof TARGETS;
