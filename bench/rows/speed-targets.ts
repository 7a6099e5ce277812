/**
 * The targets and loads of rows a to c (speed.ts).
 */
import { ANSWERED_TEXT, UNANSWERED_TEXT } from "../lib/push.ts";
import { startExpress, startKefu, startWorker } from "../lib/targets.ts";
import type { Running } from "../lib/workerd.ts";

/** The answer that the floor sends; it has the length of the shop's answer. */
const FLOOR_ANSWER = "商品价格以商品详情页为准，下单时会显示优惠后的实付金额。";

/** One measured target. */
export interface Target {
  readonly start: (apiUrl: string) => Promise<Running>;
  readonly load: "turns" | "alone";
  readonly text: string;
  /** Whether each message is answered through the API; the run then lasts until all answers have arrived. */
  readonly answers: boolean;
  /** The fraction of a run's pushes that is sent to this target; below 1 for slow targets. */
  readonly share: number;
}

type Start = Target["start"];

const inTurn = (start: Start): Target => ({ start, load: "turns", text: UNANSWERED_TEXT, answers: false, share: 1 });
const alone = (start: Start, text: string): Target => ({ start, load: "alone", text, answers: false, share: 1 });
const answered = (start: Start, share: number): Target => ({ ...alone(start, ANSWERED_TEXT), answers: true, share });

/** The targets of rows a to c, by name. */
export const TARGETS = {
  floor: inTurn((api) => startWorker("floor", api)),
  stored: inTurn((api) => startKefu("kefu", api)),
  dedupe: inTurn(() => startExpress({ DEDUPE: "1" })),
  floorAlone: alone((api) => startWorker("floor", api), UNANSWERED_TEXT),
  floorArmed: alone((api) => startWorker("floor", api, { ARMED: "1" }), UNANSWERED_TEXT),
  storedAlone: alone((api) => startKefu("kefu", api), UNANSWERED_TEXT),
  decided: alone((api) => startKefu("metered", api, { vars: { CUT: "1" } }), ANSWERED_TEXT),
  floorAnswered: answered((api) => startWorker("floor", api, { ANSWER: FLOOR_ANSWER }), 0.5),
  answered: answered((api) => startKefu("kefu", api), 0.5),
  guide: answered((api) => startExpress({ REPLY: "inline", API: api }), 0.1),
} as const satisfies Record<string, Target>;

/** The name of a target. */
export type TargetName = keyof typeof TARGETS;
