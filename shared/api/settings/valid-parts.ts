/**
 * The valid parts of a document that does not match its schema, so that their contents are checked as well and every
 * problem is reported at once. A part with another structure is replaced by a neutral one that adds no problem of
 * content: list entries keep their index, other keys are left out.
 */
import * as v from "valibot";
import { isRecord } from "../../base/is-record.ts";
import { ownValue } from "../../base/own-value.ts";
import { OutboundSchema } from "../../message/outbound.ts";
import { ActionSchema } from "./action.ts";
import { DocumentSchema, type SettingsDocument } from "./document.ts";
import { toProblem, type SettingsProblem } from "./problems.ts";
import { RuleSchema } from "./rule.ts";
import { DaySchema, OverrideSchema, SettingsSchema, SpecialDaySchema } from "./settings.ts";
import { WebhookSchema } from "./webhooks.ts";

const SILENT = { type: "silent" };
const MESSAGE = { type: "text", content: "-" };
const HOURS = { from: "09:00", to: "10:00" };

/** The valid parts as a document, only for finding problems: it must not be stored. */
export interface ValidParts {
  /** Undefined when no document can be made of them. */
  readonly document: SettingsDocument | undefined;
  /**
   * The problems that the schema finds in the valid parts, including those that it did not report while other parts
   * were invalid.
   */
  readonly problems: readonly SettingsProblem[];
}

/**
 * Finds the valid parts of a document.
 *
 * @param input any value, usually parsed JSON
 */
export function findValidParts(input: unknown): ValidParts {
  const { defaults, overrides } = isRecord(input) ? input : {};
  const accounts = Object.entries(isRecord(overrides) ? overrides : {});
  const parsed = v.safeParse(DocumentSchema, {
    defaults: { fallback: SILENT, ...validKeys(defaults, SettingsSchema.entries) },
    overrides: Object.fromEntries(accounts.map(([key, own]) => [key, validKeys(own, OverrideSchema.entries)])),
  });
  return {
    document: parsed.typed ? parsed.output : undefined,
    problems: (parsed.issues ?? []).map(toProblem),
  };
}

/** Replaces a value of one key; undefined: the key is left out. */
type Repair = (value: unknown) => unknown;

const REPAIRS: Readonly<Record<string, Repair>> = {
  rules: (value) => repairList(value, RuleSchema, repairRule),
  webhooks: (value) => repairList(value, WebhookSchema, repairWebhook),
  holidays: (value) => repairList(value, DaySchema, (_day, index) => ({ date: dateOf(1000, index) })),
  specialDays: (value) =>
    repairList(value, SpecialDaySchema, (_day, index) => ({ date: dateOf(1500, index), hours: [HOURS] })),
  greeting: (value) => (isRecord(value) ? repairMessages(value["messages"]) : undefined),
  offHours: repairAction,
  fallback: repairAction,
};

function validKeys(value: unknown, entries: Readonly<Record<string, v.GenericSchema>>): Record<string, unknown> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      const schema = ownValue(entries, key);
      const repaired = schema === undefined || isTyped(schema, part) ? part : ownValue(REPAIRS, key)?.(part);
      return schema === undefined || repaired === undefined ? [] : [[key, repaired]];
    }),
  );
}

function repairList(
  value: unknown,
  schema: v.GenericSchema,
  repair: (entry: unknown, index: number) => unknown,
): unknown {
  if (!Array.isArray(value)) return undefined;
  return value.map((entry: unknown, index) => (isTyped(schema, entry) ? entry : repair(entry, index)));
}

function repairRule(rule: unknown): unknown {
  const action = isRecord(rule) ? repairAction(rule["action"]) : SILENT;
  return { id: "invalid", match: { type: "anything" }, action };
}

/** Returns a valid webhook with the id of the input, which rules may name, and its URL. */
function repairWebhook(webhook: unknown): unknown {
  const { id, url } = isRecord(webhook) ? webhook : {};
  return {
    id: typeof id === "string" ? id : "invalid",
    url: typeof url === "string" ? url : "https://example.com/",
    events: [],
  };
}

function repairAction(action: unknown): unknown {
  if (isTyped(ActionSchema, action)) return action;
  if (!isRecord(action) || action["type"] !== "reply") return SILENT;
  const answer = repairMessages(action["messages"]);
  return answer === undefined ? SILENT : { type: "reply", ...answer };
}

function repairMessages(messages: unknown): { readonly messages: unknown } | undefined {
  const repaired = repairList(messages, OutboundSchema, () => MESSAGE);
  return repaired === undefined ? undefined : { messages: repaired };
}

/** Returns whether a value has the structure of the schema; its content may have problems. */
function isTyped(schema: v.GenericSchema, value: unknown): boolean {
  return v.safeParse(schema, value).typed;
}

/** Returns a date that no team uses, a different one for each index. */
function dateOf(year: number, index: number): string {
  return new Date(Date.UTC(year, 0, 1 + index)).toISOString().slice(0, 10);
}
