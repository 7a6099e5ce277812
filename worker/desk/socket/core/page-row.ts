/**
 * A row as agents see it: without the platform's fields, without addresses of pictures at the platform, and with
 * personal data in texts masked. Stored rows and sent messages are not changed (docs/design/0024-personal-data.md).
 * Pure.
 */
import type { RowJson } from "../../../../shared/api/rows.ts";
import { readSource } from "../../../../shared/entry/page-context.ts";
import { maskPersonalData } from "../../../../shared/text/personal-data.ts";

type InboundJson = Extract<RowJson, { readonly kind: "in" }>["content"];

/** Returns the row without the platform's fields, its texts masked. */
export function toPageRow(row: RowJson): RowJson {
  switch (row.kind) {
    case "in":
      return { ...row, content: toPageInbound(row.content) };
    case "out":
      return { ...row, content: maskTexts(row.content, OUTBOUND_TEXTS) };
    case "blocked":
      return { ...row, content: row.content && maskTexts(row.content, OUTBOUND_TEXTS) };
    case "session":
      return { ...row, content: row.content && maskTexts(row.content, NOTE_TEXTS) };
    case "note":
      return { ...row, content: maskTexts(row.content, NOTE_TEXTS) };
    default:
      return row;
  }
}

/** The members of messages that contain text written by people. */
const OUTBOUND_TEXTS: ReadonlySet<string> = new Set(["content", "title", "description"]);
const NOTE_TEXTS: ReadonlySet<string> = new Set(["text"]);
const INBOUND_TEXTS: ReadonlySet<string> = new Set(["content", "choice", "title", "description", "label", "fileName"]);

function toPageInbound(inbound: InboundJson): InboundJson {
  const { fields: _raw, damaged: _text, ...event } = inbound;
  if (event.event === "action" && event.type === "enter") {
    const { label, claimed, verified, unverifiedReason } = event.context;
    const context = {
      label: maskPersonalData(label),
      claimed: claimed && maskValues(claimed),
      verified: verified && maskValues(verified),
      unverifiedReason,
    };
    // The unparsed text contains the signature, which is valid for this user, so it is omitted.
    return { ...event, entryText: maskPersonalData(readSource(event.entryText)), context };
  }
  if (event.event === "message" && "mediaId" in event) {
    const { url: _address, ...media } = event;
    return maskTexts(media, INBOUND_TEXTS);
  }
  return event.event === "message" ? maskTexts(event, INBOUND_TEXTS) : event;
}

function maskTexts<T extends object>(content: T, names: ReadonlySet<string>): T {
  const masked = Object.entries(content).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" && names.has(name) ? maskPersonalData(value) : value,
  ]);
  // The members of a context that contain texts.
  return Object.fromEntries(masked) as T;
}

/** Masks every text of a context; a number is masked when its digits are personal data. */
function maskValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, maskValue(value)]));
}

function maskValue(value: unknown): unknown {
  if (typeof value === "string") return maskPersonalData(value);
  if (typeof value === "number") {
    const text = String(value);
    const masked = maskPersonalData(text);
    return masked === text ? value : masked;
  }
  if (Array.isArray(value)) return value.map(maskValue);
  return typeof value === "object" && value !== null ? maskValues({ ...value }) : value;
}
