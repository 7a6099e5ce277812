/** The schemas of an export's lines. */
import * as v from "valibot";
import { AccountEventSchema } from "./events.ts";
import { RowSchema } from "./rows.ts";
import { named, QuarantinedSchema } from "./schemas.ts";

/** A line: a row of the conversation, or a record of the account that names the user. */
export const ExportLineSchema = named(
  "ExportLine",
  v.union([
    RowSchema,
    v.strictObject({ kind: v.literal("account-event"), ...AccountEventSchema.entries }),
    v.strictObject({ kind: v.literal("quarantined"), ...QuarantinedSchema.entries }),
  ]),
);
/** A line as the API returns it. */
export type ExportLine = v.InferOutput<typeof ExportLineSchema>;
