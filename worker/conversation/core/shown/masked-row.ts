/**
 * A row as it is shown to agents and to endpoints with `mask`: without the platform's own fields, without the
 * platform's URLs of pictures and other media, and with personal data in texts masked. Stored rows and sent messages
 * are not changed (docs/design/0024-personal-data.md). Pure.
 */
import type { RowJson } from "../../../../shared/api/rows.ts";
import { readSource } from "../../../../shared/entry/page-context.ts";
import { maskId } from "../../../../shared/text/mask-id.ts";
import { maskName, maskPersonalData } from "../../../../shared/text/personal-data.ts";

/** An event in the form returned by the API. */
export type InboundJson = Extract<RowJson, { readonly kind: "in" }>["content"];

/** How the texts of a row are shown. */
interface Texts {
  readonly text: (text: string) => string;
  /** Returns the shown form of a person's name, from a field of the context. */
  readonly name: (name: string) => string;
  /** Returns the shown form of a person's id or a token, from a field of the context. */
  readonly id: (id: string) => string;
}

const asWritten = (text: string): string => text;
const MASKED: Texts = { text: maskPersonalData, name: maskName, id: maskId };
const IN_CLEAR: Texts = { text: asWritten, name: asWritten, id: asWritten };

/** The members of messages and notes that people wrote. */
const OUTBOUND_TEXTS: ReadonlySet<string> = new Set(["content", "title", "description", "pagePath"]);
const NOTE_TEXTS: ReadonlySet<string> = new Set(["text"]);
const INBOUND_TEXTS: ReadonlySet<string> = new Set([
  "content",
  "choice",
  "title",
  "description",
  "label",
  "fileName",
  "pagePath",
  "scene",
  "item",
]);

/** Fields of a context with the name of a person; `name` alone is often that of a product. */
const PERSON_FIELDS =
  /^(?:(?:real|user|nick|receiver|consignee|contact|customer)_?name|receiver|consignee|姓名|昵称|收件人|收货人|联系人)$/i;
const ID_FIELDS = /^(?:open_?id|union_?id|external_?user_?id|session_?key|(?:access_?)?token)$/i;

/** Returns the row without the platform's fields, its texts masked. */
export function maskRow(row: RowJson): RowJson {
  return showRowTexts(row, MASKED);
}

/** Returns the row without the platform's fields, its texts as they were written, for an agent who gave a reason. */
export function unmaskRow(row: RowJson): RowJson {
  return showRowTexts(row, IN_CLEAR);
}

/** Returns an event without the platform's fields, its texts masked. */
export function maskInbound(inbound: InboundJson): InboundJson {
  return showInboundTexts(inbound, MASKED);
}

function showRowTexts(row: RowJson, show: Texts): RowJson {
  switch (row.kind) {
    case "in":
      return { ...row, content: showInboundTexts(row.content, show) };
    case "out":
      return { ...row, content: showTexts(row.content, OUTBOUND_TEXTS, show) };
    case "blocked":
      return { ...row, content: row.content && showTexts(row.content, OUTBOUND_TEXTS, show) };
    case "session":
      return { ...row, content: row.content && showTexts(row.content, NOTE_TEXTS, show) };
    case "note":
      return { ...row, content: showTexts(row.content, NOTE_TEXTS, show) };
    default:
      return row;
  }
}

function showInboundTexts(inbound: InboundJson, show: Texts): InboundJson {
  const { fields: _raw, damaged: _text, ...event } = inbound;
  if (event.event === "action" && event.type === "enter") {
    const { label, claimed, verified, unverifiedReason } = event.context;
    const context = {
      label: show.text(label),
      claimed: claimed && showValues(claimed, show),
      verified: verified && showValues(verified, show),
      unverifiedReason,
    };
    // Only the source is shown, because the whole text contains the signature, which belongs to one user.
    return showTexts({ ...event, entryText: show.text(readSource(event.entryText)), context }, INBOUND_TEXTS, show);
  }
  if (event.event === "message" && "mediaId" in event) {
    const { url: _address, ...media } = event;
    return showTexts(media, INBOUND_TEXTS, show);
  }
  return showTexts(event, INBOUND_TEXTS, show);
}

function showTexts<T extends object>(content: T, names: ReadonlySet<string>, show: Texts): T {
  const shown = Object.entries(content).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" && names.has(name) ? show.text(value) : value,
  ]);
  // Every member keeps its name and type: a text is only replaced by another text.
  return Object.fromEntries(shown) as T;
}

/**
 * Returns the values of a context with every text shown by `show`; a number whose digits `show` changes becomes a text.
 */
function showValues(values: Readonly<Record<string, unknown>>, show: Texts): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value === "string" && PERSON_FIELDS.test(name)) return [name, show.name(value)];
      if (typeof value === "string" && ID_FIELDS.test(name)) return [name, show.id(value)];
      return [name, showValue(value, show)];
    }),
  );
}

function showValue(value: unknown, show: Texts): unknown {
  if (typeof value === "string") return show.text(value);
  if (typeof value === "number") {
    const text = String(value);
    const shown = show.text(text);
    return shown === text ? value : shown;
  }
  if (Array.isArray(value)) return value.map((each) => showValue(each, show));
  return typeof value === "object" && value !== null ? showValues({ ...value }, show) : value;
}
