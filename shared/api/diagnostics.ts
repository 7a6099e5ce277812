/** The schemas of `GET /diagnostics`. */
import * as v from "valibot";
import { OPERATORS } from "./operators.ts";
import { both, CodeSchema, named, TimeSchema, WordSchema } from "./schemas.ts";

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

const FailureSchema = named(
  "DiagnosticFailure",
  v.strictObject({
    ok: v.literal(false),
    reason: v.picklist(["refused", "unreachable", "paused"]),
    code: v.exactOptional(CodeSchema),
    name: v.exactOptional(WordSchema),
    meaning: v.string(),
    cure: v.string(),
    until: v.exactOptional(TimeSchema),
  }),
);
/** A failed check: WeChat refused it, could not be reached, or was not called because calls are paused. */
export type DiagnosticFailure = v.InferOutput<typeof FailureSchema>;

const QuotaSchema = v.strictObject({
  ok: v.literal(true),
  dailyLimit: CountSchema,
  used: CountSchema,
  remain: CountSchema,
  rate: v.exactOptional(v.strictObject({ calls: CountSchema, seconds: CountSchema })),
});

const AddressSchema = v.strictObject({
  ip: WordSchema,
  operator: v.exactOptional(WordSchema),
  packetLoss: v.exactOptional(WordSchema),
  time: v.exactOptional(WordSchema),
});

const ViewSchema = v.strictObject({ ok: v.literal(true), dns: v.array(AddressSchema), ping: v.array(AddressSchema) });

/** The results of all checks. */
export const DiagnosticsSchema = named(
  "Diagnostics",
  v.strictObject({
    token: v.union([v.strictObject({ ok: v.literal(true) }), FailureSchema]),
    sendQuota: v.pipe(
      v.union([QuotaSchema, FailureSchema]),
      v.description(both("客服消息发送接口的当日调用次数", "today's call limit of custom/send")),
    ),
    callback: v.pipe(
      v.array(v.strictObject({ operator: v.picklist(OPERATORS), result: v.union([ViewSchema, FailureSchema]) })),
      v.description(
        both(
          "从各运营商网络访问消息推送 URL：DNS 与 ping",
          "the push URL's host as reached from each network: DNS and ping",
        ),
      ),
    ),
  }),
);
