/**
 * A team's settings: opening hours, greeting, rules, and the answer when no rule matches. Outside data enters through
 * `parseSettings` only, which reports every problem at once. The settings reach the conversation as arguments
 * (docs/design/0006-rules-and-handlers.md).
 */
import * as v from "valibot";
import { isRecord } from "../../base/is-record.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { ActionSchema, AnswerSchema, messagesSchema } from "./action.ts";
import { MAX_MUTE_MS } from "./limits.ts";
import { duplicateProblem, limitProblems, problemWithCure, toProblem, type SettingsProblem } from "./problems.ts";
import { OnceMinutesSchema, RuleSchema } from "./rule.ts";
import { WebhooksSchema } from "./webhooks.ts";

export type { Match, Rule } from "./rule.ts";
export type { SettingsProblem } from "./problems.ts";
export type { Webhook } from "./webhooks.ts";

/** The largest settings, bytes of JSON: a row of the account holds them. */
export const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_RULES = 200;
const MAX_DATES = 400;
const MAX_SPANS = 4;
const MAX_MUTE_MINUTES = MAX_MUTE_MS / 60_000;

/** The days of the week as settings name them, Monday first. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const clock = "write hours and minutes like 09:00";
const span = v.pipe(
  v.strictObject({
    from: v.pipe(
      v.string(),
      v.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, problemWithCure("is not a time of day from 00:00 to 23:59", clock)),
    ),
    to: v.pipe(
      v.string(),
      v.regex(
        /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/,
        problemWithCure("is not a time of day from 00:00 to 24:00", clock),
      ),
    ),
  }),
  v.check(
    ({ from, to }) => from !== to,
    problemWithCure("begins and ends at the same time", "write 00:00 to 24:00 for a whole day"),
  ),
);
const spans = v.pipe(
  v.array(span),
  v.maxLength(MAX_SPANS, problemWithCure(`has more than ${MAX_SPANS} times`, "merge adjacent ones")),
);
const date = v.pipe(
  v.string(),
  v.check(isRealDate, problemWithCure("is not a calendar date", "write year, month and day like 2026-10-01")),
);
const dayName = v.exactOptional(
  v.pipe(v.string(), v.maxLength(100, problemWithCure("has more than 100 characters", "shorten it"))),
);
const day = v.exactOptional(spans);

/** A list of dates. */
function dayList<T extends v.GenericSchema>(item: T) {
  return v.pipe(
    v.array(item),
    v.maxLength(MAX_DATES, problemWithCure(`has more than ${MAX_DATES} days`, "remove past days")),
  );
}

/**
 * The settings as a schema; everything but `fallback` has a default. Only `parseSettings` finds ids and dates that
 * occur twice.
 */
export const SettingsSchema = v.strictObject({
  /** IANA name; default `Asia/Shanghai`. */
  timeZone: v.exactOptional(
    v.pipe(
      v.string(),
      v.check(isTimeZone, problemWithCure("is not a time zone", "use an IANA name such as Asia/Shanghai")),
    ),
    "Asia/Shanghai",
  ),
  /**
   * Opening hours by weekday, local time; a weekday that is left out is closed, without `hours` the shop is always
   * open. A time whose `to` is before its `from` runs past midnight and belongs to the day it began on.
   */
  hours: v.exactOptional(
    v.pipe(
      v.strictObject({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day }),
      v.check(
        (week) => WEEKDAYS.some((name) => (week[name] ?? []).length > 0),
        problemWithCure("has no opening time", "leave hours out to be always open, or add a time for at least one day"),
      ),
    ),
  ),
  /** Days on which the shop is closed, whatever the weekly hours are. */
  holidays: v.exactOptional(dayList(v.strictObject({ date, name: dayName })), []),
  /** Days with hours of their own: a working weekend (调休), a short day. */
  specialDays: v.exactOptional(
    dayList(
      v.strictObject({
        date,
        hours: v.pipe(spans, v.minLength(1, problemWithCure("has no time", "list a closed day under holidays"))),
        name: dayName,
      }),
    ),
    [],
  ),
  /** Sent when the user enters the chat; at most 2 messages, since WeChat allows no more (WECHAT.md §4.4). */
  greeting: v.exactOptional(
    v.strictObject({ messages: messagesSchema("greeting"), onceMinutes: v.exactOptional(OnceMinutesSchema) }),
  ),
  rules: v.exactOptional(
    v.pipe(
      v.array(RuleSchema),
      v.maxLength(MAX_RULES, problemWithCure(`has more than ${MAX_RULES} rules`, "merge or remove rules")),
    ),
    [],
  ),
  /** The answers outside the hours when no rule matches. */
  offHours: v.exactOptional(ActionSchema),
  /** The answer when no rule matches. */
  fallback: AnswerSchema,
  /** How long automation is muted after a person's message through the API, minutes, 0 to 1 440; default 0: not muted. */
  muteAfterApiMinutes: v.exactOptional(
    v.pipe(
      v.number(),
      v.integer(problemWithCure("is not a whole number", "write whole minutes")),
      v.minValue(0, problemWithCure("is less than 0", "write 0 to mute nothing")),
      v.maxValue(MAX_MUTE_MINUTES, problemWithCure(`is more than ${MAX_MUTE_MINUTES}`, "write at most 1440 (one day)")),
    ),
    0,
  ),
  /** The team's servers that receive events or answer for rules; at most 5. */
  webhooks: v.exactOptional(WebhooksSchema, []),
});

/** A team's settings, checked and with the defaults filled in. */
export type Settings = v.InferOutput<typeof SettingsSchema>;

/**
 * Reads settings from outside data.
 *
 * @param input any value, usually parsed JSON
 * @returns the settings with their defaults, or every problem, each with its path and cure (100 at most)
 */
export function parseSettings(input: unknown): Result<Settings, SettingsProblem[]> {
  const parsed = v.safeParse(SettingsSchema, input);
  const duplicates = [
    ...findDuplicates(entriesOf(input, "rules"), "id"),
    ...findDuplicates([...entriesOf(input, "holidays"), ...entriesOf(input, "specialDays")], "date"),
    ...findDuplicates(entriesOf(input, "webhooks"), "id"),
  ];
  const unknown = parsed.success ? findUnknownWebhooks(parsed.output) : [];
  if (parsed.success && duplicates.length === 0 && unknown.length === 0) return ok(parsed.output);
  return err(limitProblems([...(parsed.issues ?? []).map(toProblem), ...duplicates, ...unknown]));
}

/**
 * Reads settings that were checked when they were stored. Their shape must be right; the checks of their contents are
 * not repeated, so that settings an older version accepted stay in force when a newer one accepts less.
 *
 * @returns undefined when they have another shape, as those of a newer version may have
 */
export function parseStoredSettings(input: unknown): Settings | undefined {
  const parsed = v.safeParse(SettingsSchema, input);
  return parsed.typed ? parsed.output : undefined;
}

/** Actions that name a webhook that is not in the list. */
function findUnknownWebhooks({ rules, offHours, webhooks }: Settings): SettingsProblem[] {
  const actions = [
    ...rules.map(({ action }, index) => ({ action, path: `rules.${index}.action.webhookId` })),
    ...(offHours === undefined ? [] : [{ action: offHours, path: "offHours.webhookId" }]),
  ];
  return actions.flatMap(({ action, path }) => {
    if (action.type !== "webhook" || webhooks.some(({ id }) => id === action.webhookId)) return [];
    const cure = "list it under webhooks, or correct the id";
    return [{ reason: "invalid" as const, path, problem: "names a webhook that is not listed", cure }];
  });
}

/** An entry of one of the lists, with its path. */
interface Entry {
  readonly path: string;
  readonly value: unknown;
}

/** The entries of a list of the input, even if the rest is invalid: duplicates are reported with the other problems. */
function entriesOf(input: unknown, list: string): Entry[] {
  const values = isRecord(input) ? input[list] : undefined;
  if (!Array.isArray(values)) return [];
  return values.map((value: unknown, index) => ({ path: `${list}.${index}`, value }));
}

/** The entries whose text at `key` repeats that of an earlier entry. */
function findDuplicates(entries: readonly Entry[], key: "id" | "date"): SettingsProblem[] {
  const seen = new Set<string>();
  const problems: SettingsProblem[] = [];
  for (const { path, value } of entries) {
    const text = isRecord(value) ? value[key] : undefined;
    if (typeof text !== "string") continue;
    if (seen.has(text)) problems.push(duplicateProblem(`${path}.${key}`, key));
    seen.add(text);
  }
  return problems;
}

/** Whether the runtime knows the time zone. */
function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // a RangeError is the only sign Intl gives for an unknown time zone
  }
}

/** Whether the text is a day of the calendar, `YYYY-MM-DD`: 2026-02-30 is not. */
function isRealDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}
