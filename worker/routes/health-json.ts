/**
 * Faults of a mini program as `/healthz` shows them to the holder of an API key: reason, errcode, end, and the cure in
 * words, from the errcode table.
 */
import * as v from "valibot";
import { describeErrcode, type BilingualText } from "../../shared/errcode.ts";
import type { HealthFault } from "../objects/health-snapshot.ts";
import { both, ErrcodeSchema, isoTime, named, TimeSchema, WordSchema } from "./api/schemas.ts";

/** One fault of one app. */
export const FaultSchema = named(
  "Fault",
  v.strictObject({
    appid: WordSchema,
    reason: v.pipe(
      v.picklist([
        "paused",
        "token_refused",
        "account_unreachable",
      ] as const satisfies readonly HealthFault["reason"][]),
      v.description(
        both(
          "paused：微信拒绝了整个小程序的发送；token_refused：取不到 access_token；account_unreachable：服务内部没有应答",
          "paused: WeChat refused sends of the whole app; token_refused: there is no access token; account_unreachable: the account object did not answer",
        ),
      ),
    ),
    errcode: v.exactOptional(ErrcodeSchema),
    name: v.exactOptional(WordSchema),
    meaning: v.string(),
    cure: v.string(),
    until: v.exactOptional(v.pipe(TimeSchema, v.description(both("在此之前不发送", "nothing is sent before")))),
  }),
);
/** One fault of one app. */
export type FaultJson = v.InferOutput<typeof FaultSchema>;

const UNREACHABLE = {
  meaning: both(
    "服务内部没有应答，不知道能否发送",
    "the account object did not answer: whether messages are sent is not known",
  ),
  cure: both(
    "稍后再看；持续出现时看日志 account_unreachable",
    "look again shortly; if it persists, see account_unreachable in the log",
  ),
};

/** Shows a fault. */
export function toFaultJson(appid: string, fault: HealthFault): FaultJson {
  const { reason } = fault;
  switch (reason) {
    case "account_unreachable":
      return { appid, reason, ...UNREACHABLE };
    case "paused":
    case "token_refused": {
      const { errcode, until } = fault;
      const { name, meaning, cure } = describeErrcode(errcode);
      return { appid, reason, errcode, name, meaning: words(meaning), cure: words(cure), until: isoTime(until) };
    }
  }
}

function words({ zh, en }: BilingualText): string {
  return both(zh, en);
}
