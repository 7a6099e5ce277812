/**
 * The variables a team may write into its texts, `{{content}}`, and how they are filled. What they stand for is
 * data, never markup: a user's text cannot make a link (WECHAT.md §4.2), nor bring in another variable.
 */
import { clipText } from "./graphemes.ts";
import { says } from "./settings-problems.ts";

/** Where a text stands: an answer to a message, or the greeting on entering. */
export type TemplatePlace = "message" | "greeting";

/** What is known of a variable. */
interface VariableRule {
  readonly places: readonly TemplatePlace[];
  /** Whether a user (or the user's phone) decides the value. */
  readonly fromUser: boolean;
  /** The most code points of a value; longer ones are cut and end in "…". */
  readonly maxCharacters: number;
}

/**
 * The variables:
 * `content` what the user wrote (a card's title; `[图片]` for a picture) · `sessionFrom` the contact button's text ·
 * `openHours`, `openHoursEn` the opening hours in Chinese and English · `date`, `time` the local day and time of the
 * answer, `2026-10-01` and `09:30`.
 */
const VARIABLES = {
  content: { places: ["message"], fromUser: true, maxCharacters: 200 },
  sessionFrom: { places: ["greeting"], fromUser: true, maxCharacters: 200 },
  openHours: { places: ["message", "greeting"], fromUser: false, maxCharacters: 400 },
  openHoursEn: { places: ["message", "greeting"], fromUser: false, maxCharacters: 400 },
  date: { places: ["message", "greeting"], fromUser: false, maxCharacters: 10 },
  time: { places: ["message", "greeting"], fromUser: false, maxCharacters: 5 },
} as const satisfies Record<string, VariableRule>;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;

const RULES: Readonly<Record<VariableName, VariableRule>> = VARIABLES;
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const MAX_NAME_SHOWN = 30;

/** Whether a text has anything in double braces. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/**
 * Fills the variables of a text, in one pass. A name that is no variable stays as written (settings that were parsed have none).
 *
 * @param text the team's text
 * @param read gives a variable's value; called only for those that stand in the text
 */
export function renderTemplate(text: string, read: (name: VariableName) => string): string {
  return text.replaceAll(PLACEHOLDER, (whole: string, inner: string) => {
    const name = inner.trim();
    return isVariable(name) ? toPlainText(clipText(read(name), RULES[name].maxCharacters)) : whole;
  });
}

/** The text with every variable as big as it can get: what fits then always fits. */
export function renderLongest(text: string): string {
  return renderTemplate(text, (name) => "\u{20BB7}".repeat(RULES[name].maxCharacters));
}

/**
 * What is wrong with a text's variables.
 *
 * @param text the team's text
 * @param place where it stands
 * @returns problems with their cures, as `says` words them
 */
export function findTemplateProblems(text: string, place: TemplatePlace): string[] {
  const problems: string[] = [];
  for (const match of text.matchAll(PLACEHOLDER)) {
    const name = (match[1] ?? "").trim();
    if (!isVariable(name)) {
      problems.push(says(`{{${clipText(name, MAX_NAME_SHOWN)}}} is no variable`, `use ${namesIn(place)}`));
    } else if (!RULES[name].places.includes(place)) {
      problems.push(says(`{{${name}}} is not known in a ${place}`, `use ${namesIn(place)}`));
    } else if (RULES[name].fromUser && isInsideTag(text, match.index)) {
      problems.push(
        says(
          `{{${name}}} stands inside a tag <…>`,
          "put the user's text outside the tag; write ＜ for a plain less-than",
        ),
      );
    }
  }
  return problems;
}

/** The variables of a place, as one writes them. */
function namesIn(place: TemplatePlace): string {
  const rules: readonly (readonly [string, VariableRule])[] = Object.entries(RULES);
  return rules
    .filter(([, rule]) => rule.places.includes(place))
    .map(([name]) => `{{${name}}}`)
    .join(", ");
}

function isVariable(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name);
}

/** Whether a "<" before `index` is still open there. */
function isInsideTag(text: string, index: number): boolean {
  const before = text.slice(0, index);
  return before.lastIndexOf("<") > before.lastIndexOf(">");
}

/** A value as text and nothing else: the full-width ＜ looks the same and begins no tag. */
function toPlainText(value: string): string {
  return value.replaceAll("<", "＜");
}
