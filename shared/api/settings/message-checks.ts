/**
 * Checks the messages of a team's answers by the rules of an account: types, sizes, counts and links. They are checked
 * when settings are stored, not when they are read: settings of an earlier version must still parse, even if the
 * platform would refuse one of their messages.
 */
import type { ChannelRules } from "../../message/channel-rules.ts";
import { checkOutbound, type Outbound } from "../../message/outbound.ts";
import { findLinkProblem } from "../../text/links.ts";
import { splitText, type SplitProblem } from "../../text/split.ts";
import type { SettingsProblem } from "./problems.ts";
import type { Settings } from "./settings.ts";
import { renderLongest, renderTemplate } from "./template.ts";

/**
 * Finds every message and desk text that the platform would refuse, and every answer that may need more messages than
 * its grant allows; each with path and fix.
 *
 * @param rules the rules of an account for which these settings are in force
 * @param account the account's id in the channel: its AppID, where links may lead only to its own mini program;
 * undefined: several accounts use the settings, and a link may lead to any of them
 */
export function findMessageProblems(
  settings: Settings,
  rules: ChannelRules,
  account: string | undefined,
): readonly SettingsProblem[] {
  const answers = answersOf(settings, rules).flatMap(({ path, messages, grant }) => {
    const single = messages.flatMap((message, index) => findIn(message, rules, account).map(at(`${path}.${index}`)));
    return single.concat(findTooMany(messages, rules, grant).map(at(path)));
  });
  return [...answers, ...findDeskTextProblems(settings, rules, account)];
}

function findDeskTextProblems(
  { desk }: Settings,
  rules: ChannelRules,
  account: string | undefined,
): readonly SettingsProblem[] {
  return Object.entries(desk?.texts ?? {}).flatMap(([name, content]) => {
    const problems = content === null ? [] : findIn({ type: "text", content }, rules, account);
    return problems.map(({ problem, cure }) => at(`desk.texts.${name}`)({ problem, cure }));
  });
}

function findIn(message: Outbound, rules: ChannelRules, account: string | undefined): readonly FieldProblem[] {
  return [...measure(message, rules).problems, ...findLinkProblems(message, rules, account)];
}

/** A problem, and the field of the message that has it; without a field it concerns the whole message. */
interface FieldProblem {
  readonly field?: string;
  readonly problem: string;
  readonly cure: string;
}

function at(path: string) {
  return ({ field, ...found }: FieldProblem): SettingsProblem => {
    return { reason: "invalid", path: field === undefined ? path : `${path}.${field}`, ...found };
  };
}

/** The messages of one answer, their path in the settings, and the grant that they use. */
interface PlacedMessages {
  readonly path: string;
  readonly messages: readonly Outbound[];
  readonly grant: string;
}

function answersOf({ greeting, rules, offHours, fallback }: Settings, channel: ChannelRules): PlacedMessages[] {
  const { greetingGrant: grant } = channel;
  return [
    ...(greeting === undefined ? [] : [{ path: "greeting.messages", messages: greeting.messages, grant }]),
    ...rules.flatMap(({ action }, index) => messagesOf(action, `rules.${index}.action.messages`)),
    ...(offHours === undefined ? [] : messagesOf(offHours, "offHours.messages")),
    ...messagesOf(fallback, "fallback.messages"),
  ];
}

function messagesOf(action: NonNullable<Settings["offHours"]>, path: string): PlacedMessages[] {
  return action.type === "reply" ? [{ path, messages: action.messages, grant: "message" }] : [];
}

/** Returns a problem when an answer may need more messages than its grant allows. */
function findTooMany(messages: readonly Outbound[], rules: ChannelRules, grant: string): FieldProblem[] {
  const most = rules.grants[grant]?.count ?? 0;
  const parts = messages.reduce((sum, message) => sum + measure(message, rules).parts, 0);
  if (parts <= most) return [];
  const problem = `may become more than ${most} messages when long texts are split`;
  return [{ problem, cure: `shorten the texts: the platform allows at most ${most} messages per answer` }];
}

function findLinkProblems(message: Outbound, rules: ChannelRules, account: string | undefined): FieldProblem[] {
  if (message.type !== "text" || rules.textLinks === "any") return [];
  // Links do not depend on the values: a variable with the user's words is never inside a tag, and the values of other
  // variables contain no markup.
  const sent = renderTemplate(message.content, () => "1");
  const found = findLinkProblem(sent, account);
  return found === undefined ? [] : [{ field: "content", ...found }];
}

/** The result of checking a message by the rules of a channel. */
interface Measured {
  readonly problems: readonly FieldProblem[];
  /**
   * The maximum number of messages that the platform would count; 1 for a text that cannot be split, which is a
   * problem.
   */
  readonly parts: number;
}

const measured = new WeakMap<ChannelRules, WeakMap<Outbound, Measured>>();

/**
 * Checks a message once and caches the result, because splitting a long text is slow and the settings of a hundred
 * accounts share their messages.
 */
function measure(message: Outbound, rules: ChannelRules): Measured {
  const known = measured.get(rules) ?? new WeakMap<Outbound, Measured>();
  measured.set(rules, known);
  const found = known.get(message) ?? measureOnce(message, rules);
  known.set(message, found);
  return found;
}

function measureOnce(message: Outbound, rules: ChannelRules): Measured {
  const checked = checkOutbound(message, rules);
  if (!checked.ok) {
    const { field, message: problem } = checked.error;
    const cure = field === "type" ? "use another type, or remove the message" : "shorten the text";
    return { problems: [{ field, problem, cure }], parts: 1 };
  }
  if (message.type !== "text") return { problems: [], parts: 1 };
  const { limit, unit, maxParts } = rules.text;
  // Measured with the maximum length of its variables.
  const split = splitText(renderLongest(message.content), limit, unit, maxParts);
  return split.ok
    ? { problems: [], parts: split.value.length }
    : { problems: [{ field: "content", ...describeSplit(split.error) }], parts: 1 };
}

function describeSplit(problem: SplitProblem): { readonly problem: string; readonly cure: string } {
  const { actual, limit } = problem;
  if (problem.reason === "too_many_parts") {
    return {
      problem: `may need ${actual} messages with its variables filled, more than ${limit}`,
      cure: "shorten the text",
    };
  }
  const size = `${actual} ${problem.unit}, more than the limit of one message (${limit})`;
  return { problem: `has a link <a …>…</a> of ${size}`, cure: "shorten the link or its text" };
}
