/**
 * Decides whether the shop is open, by its local clock, and describes its hours. All comparisons use local wall-clock
 * time, so daylight saving time needs no special rule. Time zones are those of the runtime (ECMA-402).
 */
import { WEEKDAYS, type Settings } from "../../../shared/api/settings/settings.ts";

/** The part of the settings that hours depend on. */
export type HoursSettings = Pick<Settings, "timeZone" | "hours" | "holidays" | "specialDays">;

/** A local day and time. */
export interface LocalTime {
  /** Such as `2026-10-01`. */
  readonly date: string;
  /** Such as `09:30`. */
  readonly time: string;
}

type Span = Settings["specialDays"][number]["hours"][number];
type Language = "zh" | "en";

const MINUTE_MS = 60_000;

const ALL_DAY: readonly Span[] = [{ from: "00:00", to: "24:00" }];

/**
 * Returns whether the shop is open at `now`. The hours of a special day take precedence, then holidays, then the week;
 * without `hours` the shop is open all day on every other day. An interval that runs past midnight belongs to the day
 * it began on, so it continues into the morning of a holiday.
 *
 * @param settings the hours of checked settings
 * @param now epoch milliseconds
 */
export function isOpen(settings: HoursSettings, now: number): boolean {
  const minute = Math.floor(now / MINUTE_MS);
  const known = verdicts.get(settings);
  if (known?.minute === minute) return known.open;
  const open = lookUp(settings, now);
  verdicts.set(settings, { minute, open });
  return open;
}

/**
 * The result for the last computed minute, per settings object. Cached, because every push needs it and it can change
 * only with the minute.
 */
const verdicts = new WeakMap<HoursSettings, { readonly minute: number; readonly open: boolean }>();

function lookUp(settings: HoursSettings, now: number): boolean {
  if (settings.hours === undefined && settings.holidays.length + settings.specialDays.length === 0) return true;
  const { date, time } = toLocalTime(settings.timeZone, now);
  const today = spansOn(settings, date);
  if (today.some(({ from, to }) => time >= from && (time < to || runsPastMidnight({ from, to })))) return true;
  return spansOn(settings, dayBefore(date)).some((span) => runsPastMidnight(span) && time < span.to);
}

/**
 * Describes the week's hours: `周一至周五 09:00–18:00；周六 10:00–16:00`.
 *
 * @param settings the hours of checked settings
 * @param lang `zh` (default) or `en`
 * @returns the days on which the shop is open (none: empty), then a note if there are holidays or special days
 */
export function describeHours(settings: HoursSettings, lang: Language = "zh"): string {
  const words = WORDS[lang];
  const groups: { first: number; last: number; text: string }[] = [];
  for (const [index, name] of WEEKDAYS.entries()) {
    const text = describeSpans(settings.hours === undefined ? ALL_DAY : (settings.hours[name] ?? []), lang);
    const group = groups.at(-1);
    if (group?.text === text) group.last = index;
    else groups.push({ first: index, last: index, text });
  }
  const week = groups
    .filter((group) => group.text !== "")
    .map(({ first, last, text }) => `${describeDays(first, last, lang)} ${text}`)
    .join(words.between);
  const hasExceptions = settings.holidays.length > 0 || settings.specialDays.length > 0;
  return hasExceptions ? week + words.exceptions : week;
}

/**
 * Returns the local day and time in a time zone.
 *
 * @param timeZone a checked IANA name
 * @param now epoch milliseconds
 */
export function toLocalTime(timeZone: string, now: number): LocalTime {
  // American order: month, day, year, hour, minute. Reading the digits takes a quarter of the time that formatToParts
  // takes.
  const [month = "", day = "", year = "", hour = "", minute = ""] =
    formatterOf(timeZone).format(now).match(/\d+/g) ?? [];
  return { date: `${year.padStart(4, "0")}-${month}-${day}`, time: `${hour}:${minute}` };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Returns the formatter of a time zone. Formatters are cached, because they are expensive to create. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  formatters.set(timeZone, made);
  return made;
}

/** Returns the intervals that begin on a day. */
function spansOn(settings: HoursSettings, date: string): readonly Span[] {
  const special = settings.specialDays.find((day) => day.date === date);
  if (special !== undefined) return special.hours;
  if (settings.holidays.some((day) => day.date === date)) return [];
  if (settings.hours === undefined) return ALL_DAY;
  // getUTCDay counts from Sunday, the week in the settings from Monday.
  const name = WEEKDAYS[(new Date(date).getUTCDay() + 6) % 7];
  return (name === undefined ? undefined : settings.hours[name]) ?? [];
}

/** Returns whether an interval runs past midnight. Time strings of equal length compare as the times do. */
function runsPastMidnight({ from, to }: Span): boolean {
  return to < from;
}

function dayBefore(date: string): string {
  const day = new Date(date);
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

const WORDS = {
  zh: {
    days: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    everyDay: "每天",
    to: "至",
    nextDay: (time: string) => `次日 ${time}`,
    and: "、",
    between: "；",
    exceptions: "（节假日与调休日另行安排）",
  },
  en: {
    days: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    everyDay: "Every day",
    to: "–",
    nextDay: (time: string) => `${time} the next day`,
    and: ", ",
    between: "; ",
    exceptions: " (holidays and special days differ)",
  },
} as const satisfies Record<Language, unknown>;

function describeDays(first: number, last: number, lang: Language): string {
  const { days, everyDay, to } = WORDS[lang];
  if (first === 0 && last === days.length - 1) return everyDay;
  return first === last ? `${days[first]}` : `${days[first]}${to}${days[last]}`;
}

function describeSpans(spans: readonly Span[], lang: Language): string {
  const words = WORDS[lang];
  return spans
    .toSorted((a, b) => (a.from < b.from ? -1 : 1))
    .map((span) => `${span.from}–${runsPastMidnight(span) ? words.nextDay(span.to) : span.to}`)
    .join(words.and);
}
