/**
 * Converts a row of the log to the form returned by the REST API and webhooks: the stored structure with times as ISO
 * texts, without key, request hash and acknowledgement; `out` rows contain the message's public id.
 */
import type { RowJson } from "../../../../shared/api/rows.ts";
import type { TokenVerdict } from "../../../../shared/entry/context-token.ts";
import { showContext } from "../../../../shared/entry/page-context.ts";
import type { InboundEvent } from "../../../../shared/message/inbound.ts";
import { buildMessageId } from "../../../../shared/message/message-id.ts";
import { readRowFields } from "../../../../shared/message/raw.ts";
import type { Row, RowKinds } from "../rows.ts";
import { showSessionFacts } from "../session/session-json.ts";

/** A row in the form returned by the API. */
export type ShownRow = ReturnType<typeof showRow>;

/**
 * Builds the JSON of a row.
 *
 * @param objectId the id of the conversation's object, for the public ids of messages
 */
export function showRow(row: Row, objectId: string) {
  const { seq, by } = row;
  const at = isoTime(row.at);
  // Every row about another row has `ref`, except a blocked row of a message without an `out` row.
  const ref = row.ref ?? 0;
  switch (row.kind) {
    case "in": {
      const { acknowledgement: _own, grant, ...facts } = row.facts;
      const content = showInbound(row.content, facts.contextVerdict);
      const shown = { ...facts, ...(grant && { grant: { ...grant, until: isoTime(grant.until) } }) };
      return { seq, at, kind: row.kind, ref: null, by, facts: shown, content };
    }
    case "out": {
      const { request: _own, ...facts } = row.facts;
      const id = buildMessageId({ objectId, seq: row.ref ?? seq });
      return { seq, at, kind: row.kind, ref: row.ref, id, by, facts, content: row.content };
    }
    case "blocked":
      return { seq, at, kind: row.kind, ref: row.ref, by, facts: row.facts, content: row.content };
    case "held":
      return { seq, at, kind: row.kind, ref, by, facts: { until: isoTime(row.facts.until) }, content: null };
    case "retry": {
      const facts = { ...row.facts, retryAt: isoTime(row.facts.retryAt) };
      return { seq, at, kind: row.kind, ref, by, facts, content: null };
    }
    case "attempt":
      return { seq, at, kind: row.kind, ref, by, facts: row.facts, content: null };
    case "sent":
      return { seq, at, kind: row.kind, ref, by, facts: row.facts, content: null };
    case "failed":
      return { seq, at, kind: row.kind, ref, by, facts: row.facts, content: null };
    case "unconfirmed":
      return { seq, at, kind: row.kind, ref, by, facts: row.facts, content: null };
    case "late":
      return { seq, at, kind: row.kind, ref, by, facts: row.facts, content: null };
    case "session":
      return { seq, at, kind: row.kind, ref: null, by, facts: showSessionFacts(row.facts), content: row.content };
    case "note":
      return { seq, at, kind: row.kind, ref: null, by, facts: showNote(row.facts), content: row.content };
    case "rating":
      return { seq, at, kind: row.kind, ref: null, by, facts: row.facts, content: null };
  }
}

/**
 * Builds the JSON of an event: `raw` as fields, without those that identify its user or account, which are returned
 * separately; for an enter event, with the parsed context.
 */
export function showInbound(inbound: InboundEvent, contextVerdict?: TokenVerdict) {
  const { raw, createdAt, ...rest } = inbound;
  const shown = { ...rest, createdAt: isoTime(createdAt), ...(raw !== undefined && { fields: readRowFields(raw) }) };
  if (shown.event !== "action" || shown.type !== "enter") return shown;
  return { ...shown, context: showContext(shown.entryText, contextVerdict) };
}

function showNote({ session, mentions }: RowKinds["note"]["facts"]) {
  return { session, ...(mentions && { mentions: [...mentions] }) };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/**
 * Builds the JSON of a row, typed by the API's schema.
 *
 * @param objectId the id of the conversation's object, for the public ids of messages
 */
export function toRowJson(row: Row, objectId: string): RowJson {
  return showRow(row, objectId);
}
