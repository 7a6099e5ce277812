/**
 * A team's settings: opening hours, greeting, rules, and the answer when no rule matches. They are stored as a document
 * (`document.ts`) and reach the conversation as arguments (docs/design/0006-rules-and-handlers.md).
 */
import * as v from "valibot";
import { ActionSchema, AnswerSchema, messagesSchema } from "./action.ts";
import { DeskSchema } from "./desk.ts";
import { MAX_MUTE_MS } from "./limits.ts";
import { problemWithCure } from "./problems.ts";
import { OnceMinutesSchema, RuleSchema } from "./rule.ts";
import { WebhooksSchema } from "./webhooks.ts";

export type { Match, Rule } from "./rule.ts";
export type { SettingsProblem } from "./problems.ts";
export type { Webhook } from "./webhooks.ts";

const MAX_RULES = 200;
const MAX_DATES = 400;
const MAX_SPANS = 4;
const MAX_MUTE_MINUTES = MAX_MUTE_MS / 60_000;

/** The days of the week as named in settings, Monday first. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const clock = "write hours and minutes, for example 09:00";
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
  v.check(isRealDate, problemWithCure("is not a calendar date", "write year, month and day, for example 2026-10-01")),
);
const dayName = v.exactOptional(
  v.pipe(v.string(), v.maxLength(100, problemWithCure("has more than 100 characters", "shorten it"))),
);
const day = v.exactOptional(spans);

/** One holiday. */
export const DaySchema = v.strictObject({ date, name: dayName });
/** One day with other hours. */
export const SpecialDaySchema = v.strictObject({
  date,
  hours: v.pipe(spans, v.minLength(1, problemWithCure("has no time", "list a closed day under holidays"))),
  name: dayName,
});

/** Returns the schema of a list of dates. */
function dayList<T extends v.GenericSchema>(item: T) {
  return v.pipe(
    v.array(item),
    v.maxLength(MAX_DATES, problemWithCure(`has more than ${MAX_DATES} days`, "remove past days")),
  );
}

/** The schema of each key. */
const VALUES = {
  /** IANA name; default `Asia/Shanghai`. */
  timeZone: v.pipe(
    v.string(),
    v.check(isTimeZone, problemWithCure("is not a time zone", "use an IANA name such as Asia/Shanghai")),
  ),
  /**
   * Opening hours by weekday, local time. A weekday that is not listed is closed; without `hours` the shop is always
   * open. An entry whose `to` is before its `from` ends on the next day and belongs to the day on which it began.
   */
  hours: v.pipe(
    v.strictObject({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day }),
    v.check(
      (week) => WEEKDAYS.some((name) => (week[name] ?? []).length > 0),
      problemWithCure("has no opening time", "omit hours to be always open, or add a time for at least one day"),
    ),
  ),
  /** Days on which the shop is closed, regardless of the weekly hours. */
  holidays: dayList(DaySchema),
  /** Days with other hours: a working weekend (调休), a short day. */
  specialDays: dayList(SpecialDaySchema),
  /** Sent when the user enters the chat, with the channel's grant for greetings. */
  greeting: v.strictObject({ messages: messagesSchema("greeting"), onceMinutes: v.exactOptional(OnceMinutesSchema) }),
  rules: v.pipe(
    v.array(RuleSchema),
    v.maxLength(MAX_RULES, problemWithCure(`has more than ${MAX_RULES} rules`, "merge or remove rules")),
  ),
  /** The answer outside opening hours when no rule matches. */
  offHours: ActionSchema,
  /** The answer when no rule matches: within opening hours, and outside them without `offHours`. */
  fallback: AnswerSchema,
  /** How long automation is muted after a person's message through the API, minutes, 0 to 1 440; default 0: not muted. */
  muteAfterApiMinutes: v.pipe(
    v.number(),
    v.integer(problemWithCure("is not a whole number", "write whole minutes")),
    v.minValue(0, problemWithCure("is less than 0", "write 0 to disable muting")),
    v.maxValue(MAX_MUTE_MINUTES, problemWithCure(`is more than ${MAX_MUTE_MINUTES}`, "write at most 1440 (one day)")),
  ),
  /** The team's servers that receive events or answer for rules; at most 5. */
  webhooks: WebhooksSchema,
  /** Who serves a user who needs a person: the platform's own agents, or those of the desk. */
  humanService: v.picklist(["wechat", "desk"]),
  /** How the desk offers and closes sessions, and its texts. */
  desk: DeskSchema,
};

/**
 * The schema of the settings; every key except `fallback` has a default. Ids and dates that occur twice are found
 * separately.
 */
export const SettingsSchema = v.strictObject({
  timeZone: v.exactOptional(VALUES.timeZone, "Asia/Shanghai"),
  hours: v.exactOptional(VALUES.hours),
  holidays: v.exactOptional(VALUES.holidays, []),
  specialDays: v.exactOptional(VALUES.specialDays, []),
  greeting: v.exactOptional(VALUES.greeting),
  rules: v.exactOptional(VALUES.rules, []),
  offHours: v.exactOptional(VALUES.offHours),
  fallback: VALUES.fallback,
  muteAfterApiMinutes: v.exactOptional(VALUES.muteAfterApiMinutes, 0),
  webhooks: v.exactOptional(VALUES.webhooks, []),
  /** Absent: `wechat`. */
  humanService: v.exactOptional(VALUES.humanService),
  /** Absent: the defaults of each of its keys. */
  desk: v.exactOptional(VALUES.desk),
});

/**
 * The schema of the keys that one account sets differently: every key is optional, no default is filled in. `null`
 * removes an optional key: no greeting, no hours (always open), no separate answer outside opening hours.
 */
export const OverrideSchema = v.strictObject({
  timeZone: v.exactOptional(VALUES.timeZone),
  hours: v.exactOptional(v.nullable(VALUES.hours)),
  holidays: v.exactOptional(VALUES.holidays),
  specialDays: v.exactOptional(VALUES.specialDays),
  greeting: v.exactOptional(v.nullable(VALUES.greeting)),
  rules: v.exactOptional(VALUES.rules),
  offHours: v.exactOptional(v.nullable(VALUES.offHours)),
  fallback: v.exactOptional(VALUES.fallback),
  muteAfterApiMinutes: v.exactOptional(VALUES.muteAfterApiMinutes),
  webhooks: v.exactOptional(VALUES.webhooks),
  humanService: v.exactOptional(VALUES.humanService),
  desk: v.exactOptional(VALUES.desk),
} satisfies Record<keyof typeof VALUES, v.GenericSchema>);

/** A team's settings, checked and with the default values filled in. */
export type Settings = v.InferOutput<typeof SettingsSchema>;

/** The checked override of one account. */
export type SettingsOverride = v.InferOutput<typeof OverrideSchema>;

/** Returns whether the runtime knows the time zone. */
function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false; // a RangeError is Intl's only sign of an unknown time zone
  }
}

/** Returns whether the text is an existing calendar date, `YYYY-MM-DD`; 2026-02-30 is not. */
function isRealDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}
