/** The schemas of the request that shows one row unmasked, which must give a reason, and of its answer. */
import * as v from "valibot";
import { isVisible } from "../../base/visible.ts";
import { RowSchema } from "../rows.ts";
import { both, LogIdSchema, SeqSchema } from "../schemas.ts";
import { KnownLogSchema } from "./commands.ts";
import { MAX_REASON } from "./text-limits.ts";

/** Names a row, and why it is to be shown. */
export const UnmaskBodySchema = v.strictObject({
  log: KnownLogSchema,
  seq: v.pipe(SeqSchema, v.minValue(1), v.description(both("要显示的那一行", "the row to be shown"))),
  reason: v.pipe(
    v.string(),
    v.check(isVisible, "must not be blank"),
    v.maxLength(MAX_REASON, `must have at most ${MAX_REASON} characters`),
    v.description(
      both(
        "原因：脱敏后记入审计日志，删除对话后仍然保留；请不要写用户的姓名或原话",
        "the reason: recorded in the audit log, masked, and kept after an erasure; do not write names or words of the user",
      ),
    ),
  ),
});

/** The row with its texts unmasked. */
export const UnmaskedSchema = v.strictObject({ log: LogIdSchema, row: RowSchema });
