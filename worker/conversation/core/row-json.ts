/**
 * A row of the log as the REST API and webhooks return it. Times become ISO texts; openid and account of a push, dedupe
 * keys and request hashes are left out; `out` rows get the message's public id.
 */
import type { RowJson } from "../../../shared/api/rows.ts";
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { showContext } from "../../../shared/entry/page-context.ts";
import type { Inbound } from "../../../shared/message/inbound.ts";
import { buildMessageId } from "../../../shared/message/message-id.ts";
import { readRowFields } from "../../../shared/message/raw.ts";
import type { Row } from "./rows.ts";

/** The JSON of a row. */
export type ShownRow = ReturnType<typeof showRow>;

/**
 * Builds the JSON of a row.
 *
 * @param objectId the conversation's object, for the messages' public ids
 */
export function showRow(row: Row, objectId: string) {
  const head = { seq: row.seq, at: isoTime(row.at) };
  // Every row about another one has `ref`; a blocked row of a message without an `out` row has none.
  const ref = row.ref ?? 0;
  switch (row.kind) {
    case "in": {
      const { inbound, acknowledgement, contextVerdict } = row.body;
      return { ...head, kind: "in" as const, inbound: showInbound(inbound, contextVerdict), acknowledgement };
    }
    case "out": {
      const { message, source, purpose, part, parts, isAi = false, ruleId } = row.body;
      const id = buildMessageId({ objectId, seq: row.ref ?? row.seq });
      const rule = ruleId === undefined ? {} : { ruleId };
      return { ...head, kind: "out" as const, id, message, source, purpose, part, parts, isAi, ...rule };
    }
    case "blocked":
      return { ...head, ...(row.ref === null ? {} : { ref }), kind: "blocked" as const, ...row.body };
    case "held":
      return { ...head, ref, kind: "held" as const, until: isoTime(row.body.until) };
    case "retry":
      return { ...head, ref, kind: "retry" as const, ...row.body, retryAt: isoTime(row.body.retryAt) };
    case "attempt":
      return { ...head, ref, kind: "attempt" as const, ...row.body };
    case "sent":
      return { ...head, ref, kind: "sent" as const, ...row.body };
    case "failed":
      return { ...head, ref, kind: "failed" as const, ...row.body };
    case "unconfirmed":
      return { ...head, ref, kind: "unconfirmed" as const, ...row.body };
    case "late":
      return { ...head, ref, kind: "late" as const, ...row.body };
  }
}

/**
 * The JSON of a push: without openid and account, which are beside it, in `raw` as well; `raw` as fields; for entering, with the place the user
 * came from.
 */
export function showInbound(inbound: Inbound, contextVerdict?: TokenVerdict) {
  const { openid: _openid, account: _account, raw, createdAt, ...rest } = inbound;
  const shown = { ...rest, createdAt: isoTime(createdAt), ...(raw !== undefined && { fields: readRowFields(raw) }) };
  if (shown.event !== "action" || shown.type !== "enter") return shown;
  return { ...shown, context: showContext(shown.entryText, contextVerdict) };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/**
 * Builds the JSON of a row.
 *
 * @param objectId the conversation's object, for the messages' public ids
 */
export function toRowJson(row: Row, objectId: string): RowJson {
  return showRow(row, objectId);
}
