/**
 * The variables that a team may use in its texts, such as `{{content}}`, and how they are filled. Their values are
 * data, never markup: a user's text cannot create a link (WECHAT.md §4.2) or insert another variable. `{{name|text}}`
 * uses the text when the value is empty.
 */
import { isVisible } from "../../base/visible.ts";
import { clipText } from "../../text/graphemes.ts";
import { findTags, plainText } from "../../text/links.ts";
import { problemWithCure } from "./problems.ts";

/** Where a text is used: in an answer to a message, in the greeting on entering, or in a text that the desk sends. */
export type TemplateField = "message" | "greeting" | "desk text";

/** The properties of a variable. */
interface VariableRule {
  readonly places: readonly TemplateField[];
  /** Whether the value comes from the user or the user's phone. */
  readonly fromUser: boolean;
  /** The maximum length of a value, code points; longer values are cut and end in "…". */
  readonly maxCharacters: number;
  /** Whether fields of the value can be named: `{{context.product.name}}`. */
  readonly hasFields?: true;
}

const ANYWHERE = ["message", "greeting", "desk text"] as const;

/**
 * The variables. `content`: what the user wrote (a card's title; `[图片]` for a picture) · `entryText`: the contact
 * button's text, or the label of a typed context · `openHours`, `openHoursEn`: the opening hours in Chinese and English
 * · `date`, `time`: the local day and time of the answer, `2026-10-01` and `09:30` · `context.…`: a field of the page's
 * own context; `verified.…`: a field of the context signed by the shop's back end. Fields are not checked against
 * `shared/app-context.ts`, because settings must stay valid when it changes.
 */
const VARIABLES = {
  content: { places: ["message"], fromUser: true, maxCharacters: 200 },
  entryText: { places: ["greeting"], fromUser: true, maxCharacters: 200 },
  context: { places: ["greeting"], fromUser: true, maxCharacters: 200, hasFields: true },
  verified: { places: ["greeting"], fromUser: true, maxCharacters: 200, hasFields: true },
  openHours: { places: ANYWHERE, fromUser: false, maxCharacters: 400 },
  openHoursEn: { places: ANYWHERE, fromUser: false, maxCharacters: 400 },
  date: { places: ANYWHERE, fromUser: false, maxCharacters: 10 },
  time: { places: ANYWHERE, fromUser: false, maxCharacters: 5 },
} as const satisfies Record<string, VariableRule>;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;

/** Returns a variable's value; `field` is the path after the name, empty for variables without fields. */
export type VariableReader = (name: VariableName, field: string) => string;

/** The parsed text between the braces. */
interface Placeholder {
  readonly name: VariableName;
  readonly field: string;
  readonly fallback: string;
}

const RULES: Readonly<Record<VariableName, VariableRule>> = VARIABLES;
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const FIELD = /^[A-Za-z_]\w*(?:\.\w+)*$/;
const MAX_NAME_SHOWN = 30;

/** Returns whether a text contains double braces. */
export function hasPlaceholder(text: string): boolean {
  return text.search(PLACEHOLDER) !== -1;
}

/**
 * Fills the variables of a text, in one pass. Each value, or the text after `|` when the value is blank, is cut to its
 * maximum length and cannot create a tag. A name that is not a variable stays unchanged (parsed settings contain none).
 *
 * @param text the team's text
 * @param read returns a variable's value; called only for those used in the text
 */
export function renderTemplate(text: string, read: VariableReader): string {
  return text.replaceAll(PLACEHOLDER, (whole: string, inner: string) => {
    const placeholder = parsePlaceholder(inner);
    if (placeholder === undefined) return whole;
    const { name, field, fallback } = placeholder;
    const value = read(name, field);
    return plainText(clipText(isVisible(value) ? value : fallback, RULES[name].maxCharacters));
  });
}

/** Returns the text with the maximum length of every variable: if it fits, every filled text fits. */
export function renderLongest(text: string): string {
  return renderTemplate(text, (name) => "\u{20BB7}".repeat(RULES[name].maxCharacters));
}

/**
 * Finds the problems of a text's variables.
 *
 * @param text the team's text
 * @param place where the text is used
 * @returns problems with their fixes, in the format of `problemWithCure`
 */
export function findTemplateProblems(text: string, place: TemplateField): string[] {
  const problems: string[] = [];
  // It is unknown whether a `>` in quotes ends the tag, so text that is inside the tag in either interpretation
  // counts as inside.
  const tags = findTags(text);
  const isInsideTag = (index: number) =>
    isAfterOpenBracket(text, index) || tags.some(({ start, end }) => start < index && index < end);
  for (const match of text.matchAll(PLACEHOLDER)) {
    const written = (match[1] ?? "").trim();
    const name = parsePlaceholder(written)?.name;
    if (name === undefined) {
      problems.push(
        problemWithCure(`{{${clipText(written, MAX_NAME_SHOWN)}}} is not a variable`, `use ${namesIn(place)}`),
      );
    } else if (!RULES[name].places.includes(place)) {
      problems.push(problemWithCure(`{{${name}}} is not available in a ${place}`, `use ${namesIn(place)}`));
    } else if (RULES[name].fromUser && isInsideTag(match.index)) {
      problems.push(
        problemWithCure(
          `{{${name}}} is inside a tag <…>`,
          "put the user's text outside the tag; write ＜ for a plain less-than",
        ),
      );
    }
  }
  return problems;
}

/** Lists the variables that may be used in a place, as they are written in a text. */
function namesIn(place: TemplateField): string {
  const rules: readonly (readonly [string, VariableRule])[] = Object.entries(RULES);
  return rules
    .filter(([, rule]) => rule.places.includes(place))
    .map(([name, rule]) => (rule.hasFields === true ? `{{${name}.…}}` : `{{${name}}}`))
    .join(", ");
}

/** Parses `name`, `name.field` and an optional text after `|`; returns undefined when it is not a variable. */
function parsePlaceholder(inner: string): Placeholder | undefined {
  const [, written = "", fallback = ""] = /^([^|]*)\|?(.*)$/s.exec(inner) ?? [];
  const [name = "", ...path] = written.trim().split(".");
  const field = path.join(".");
  if (!isVariable(name) || FIELD.test(field) !== (RULES[name].hasFields === true)) return undefined;
  if (field === "" && path.length > 0) return undefined;
  return { name, field, fallback: fallback.trim() };
}

function isVariable(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name);
}

/** Returns whether a "<" before `index` is not closed yet. */
function isAfterOpenBracket(text: string, index: number): boolean {
  const before = text.slice(0, index);
  return before.lastIndexOf("<") > before.lastIndexOf(">");
}
