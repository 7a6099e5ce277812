/**
 * The stateless part of an automatic answer: from a push and the settings to the matching answers, best first
 * (docs/design/0006-rules-and-handlers.md). What depends on the conversation's state (muted, already sent, reply
 * window) is decided by the conversation.
 */
import type { Rule, Settings } from "../../../shared/api/settings/settings.ts";
import { renderTemplate, type VariableName, type VariableReader } from "../../../shared/api/settings/template.ts";
import { isVisibleMessage } from "../../../shared/base/visible.ts";
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { readContextField, readSource, showContext } from "../../../shared/entry/page-context.ts";
import type { InboundEvent, InboundMessage } from "../../../shared/message/inbound.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Purpose } from "../../../shared/message/purpose.ts";
import { normalizeText } from "../../../shared/text/normalize.ts";
import type { Action } from "../../conversation/core/candidate.ts";
import { describeHours, isOpen, toLocalTime } from "./hours.ts";
import { createMatcher, type Matcher, type MatchStrength } from "./match.ts";
import { BUILT_IN_IDS, type AskAction, type Proposal } from "./proposal.ts";

const MINUTE_MS = 60_000;

/** A rule with its keywords prepared. */
interface PreparedRule {
  readonly rule: Rule;
  readonly matches: Matcher;
}

/** A matching rule, and how exactly it matches. */
interface FittingRule extends MatchStrength {
  readonly rule: Rule;
}

/**
 * Returns the answers to a push, best first.
 *
 * A message: the rules that match it, by priority, then by how exactly they match, then by id; then `offHours` while
 * closed; then `fallback`. Messages of unknown types match no rule and get the last two. Entering the chat: the
 * greeting. Any other event: none. Settings without `offHours` or a greeting have none. Blank texts are removed from a
 * reply, and a reply without messages is left out.
 *
 * @param settings checked settings; pass the same object each time, because its rules are prepared once
 * @param inbound the push
 * @param now epoch milliseconds
 * @param verdict the result of verifying an enter event's token
 */
export function buildCandidates(
  settings: Settings,
  inbound: InboundEvent,
  now: number,
  verdict?: TokenVerdict,
): Proposal[] {
  const read = createReader(settings, inbound, now, verdict);
  if (inbound.event === "action" && inbound.type === "enter") {
    if (settings.greeting === undefined) return [];
    const { messages, onceMinutes } = settings.greeting;
    const action = { type: "reply", messages } as const;
    return toCandidates(BUILT_IN_IDS.greeting, action, { onceMinutes, purpose: "greeting" }, read);
  }
  if (inbound.event !== "message") return [];

  const open = isOpen(settings, now);
  const candidates = findRules(settings, inbound, open).flatMap(({ id, action, onceMinutes }) =>
    toCandidates(id, action, { onceMinutes }, read),
  );
  if (!open && settings.offHours !== undefined) {
    candidates.push(...toCandidates(BUILT_IN_IDS.offHours, settings.offHours, { purpose: "away" }, read));
  }
  candidates.push(...toCandidates(BUILT_IN_IDS.fallback, settings.fallback, {}, read));
  return candidates;
}

/** Returns the rules that match a message now, in the order in which they are tried. */
function findRules(settings: Settings, message: InboundMessage, open: boolean): Rule[] {
  const { type } = message;
  if (type === "unknown") return [];
  const text = normalizeText(textOf(message));
  const fitting: FittingRule[] = [];
  for (const { rule, matches } of prepareRules(settings)) {
    if (!isInForce(rule, open) || !rule.match.messageTypes.some((wanted) => wanted === type)) continue;
    const strength = matches(text);
    if (strength !== undefined) fitting.push({ rule, ...strength });
  }
  return fitting.sort(compareRules).map(({ rule }) => rule);
}

const prepared = new WeakMap<Settings["rules"], readonly PreparedRule[]>();

/** Normalises keywords once for each list of rules: accounts without their own rules share those of the defaults. */
function prepareRules({ rules }: Settings): readonly PreparedRule[] {
  const known = prepared.get(rules);
  if (known !== undefined) return known;
  const made = rules.map((rule) => ({ rule, matches: createMatcher(rule.match) }));
  prepared.set(rules, made);
  return made;
}

function isInForce(rule: Rule, open: boolean): boolean {
  return rule.when === "always" || (rule.when === "open") === open;
}

/**
 * Compares two rules. The order is total, because ids are unique, so the position of a rule in the settings does not
 * matter.
 */
function compareRules(a: FittingRule, b: FittingRule): number {
  return (
    b.rule.priority - a.rule.priority || b.rank - a.rank || b.length - a.length || (a.rule.id < b.rule.id ? -1 : 1)
  );
}

/** Returns the candidate of an action, with its variables filled; none when nothing is left to send. */
function toCandidates(
  ruleId: string,
  action: Action | AskAction,
  { onceMinutes, purpose }: { readonly onceMinutes?: number | undefined; readonly purpose?: Purpose },
  read: VariableReader,
): Proposal[] {
  const rendered = renderAction(action, read);
  if (rendered === undefined) return [];
  const once = onceMinutes === undefined ? {} : { onceMs: onceMinutes * MINUTE_MS };
  return [{ ruleId, action: rendered, ...(purpose !== undefined && { purpose }), ...once }];
}

function renderAction(action: Action | AskAction, read: VariableReader): Action | AskAction | undefined {
  if (action.type !== "reply") return action;
  const messages = action.messages
    .map((message): Outbound => {
      return message.type === "text" ? { type: "text", content: renderTemplate(message.content, read) } : message;
    })
    // WeChat refuses an empty text (44004), and a variable may be empty.
    .filter((message) => message.type !== "text" || isVisibleMessage(message.content));
  return messages.length === 0 ? undefined : { type: "reply", messages };
}

/** Creates the reader of the variables of `template.ts`; each value is computed only when a text uses it. */
function createReader(settings: Settings, inbound: InboundEvent, now: number, verdict?: TokenVerdict): VariableReader {
  const entryText = inbound.event === "action" && inbound.type === "enter" ? inbound.entryText : "";
  const readers: Readonly<Record<VariableName, (field: string) => string>> = {
    content: () => (inbound.event === "message" ? textOf(inbound) || NAMES[inbound.type] : ""),
    entryText: () => readSource(entryText),
    context: (field) => readContextField(showContext(entryText, verdict).claimed, field),
    verified: (field) => readContextField(showContext(entryText, verdict).verified, field),
    openHours: () => describeHours(settings, "zh"),
    openHoursEn: () => describeHours(settings, "en"),
    date: () => toLocalTime(settings.timeZone, now).date,
    time: () => toLocalTime(settings.timeZone, now).time,
  };
  return (name, field) => readers[name](field);
}

/** The text that represents a message without text, as in WeChat's own chat list. */
const NAMES = {
  text: "",
  "menu-choice": "",
  image: "[图片]",
  voice: "[语音]",
  video: "[视频]",
  file: "[文件]",
  location: "[位置]",
  link: "[链接]",
  card: "[小程序]",
  unknown: "[消息]",
} as const satisfies Record<InboundMessage["type"], string>;

/**
 * Returns the readable part of a message: the content of a text or menu choice, the title of a card or link, the name
 * of a location; empty for other types.
 */
function textOf(message: InboundMessage): string {
  switch (message.type) {
    case "text":
    case "menu-choice":
      return message.content;
    case "card":
    case "link":
      return message.title;
    case "location":
      return message.label;
    case "image":
    case "voice":
    case "video":
    case "file":
    case "unknown":
      return "";
  }
}
