/**
 * One rule of the settings: which messages it matches, when it is in force, and its answer. Patterns have `*` and no
 * regular expressions, because every input is then matched in linear time.
 */
import * as v from "valibot";
import { isVisible } from "../../base/visible.ts";
import type { UserMessage } from "../../message/inbound.ts";
import { normalizeText } from "../../text/normalize.ts";
import { ActionSchema } from "./action.ts";
import { problemWithCure } from "./problems.ts";

type MessageType = UserMessage["type"];

const MAX_WORDS = 50;
const MAX_WORD_LENGTH = 100;
const MAX_PRIORITY = 1_000_000;

/** The maximum of `onceMinutes`, minutes: 30 days. */
const MAX_ONCE_MINUTES = 43_200;

const word = v.pipe(
  v.string(),
  v.maxLength(MAX_WORD_LENGTH, problemWithCure(`has more than ${MAX_WORD_LENGTH} characters`, "shorten the keyword")),
  v.check((text) => isVisible(normalizeText(text)), problemWithCure("is blank", "write a keyword or remove it")),
);
const pattern = v.pipe(
  word,
  v.check(
    (text) => isVisible(normalizeText(text).replaceAll("*", "")),
    problemWithCure("consists of * only", 'use the match type "anything"'),
  ),
);
const typeCure = 'add "text", or omit messageTypes';
/** The types of messages, and whether they have a text that keywords can match; a picture has none. */
const HAS_TEXT = {
  text: true,
  "menu-choice": true,
  image: false,
  voice: false,
  video: false,
  file: false,
  location: true,
  link: true,
  card: true,
} as const satisfies Record<MessageType, boolean>;
const MESSAGE_TYPES = Object.keys(HAS_TEXT).filter((type): type is MessageType => type in HAS_TEXT);
const TEXT_TYPES = MESSAGE_TYPES.filter((type) => HAS_TEXT[type]);
const textType = v.picklist(
  TEXT_TYPES,
  problemWithCure(`keywords match ${TEXT_TYPES.join(", ")} only`, 'for other types use the match type "anything"'),
);
const textTypes = v.exactOptional(
  v.pipe(v.array(textType), v.minLength(1, problemWithCure("lists no message type", typeCure))),
  ["text"],
);
const anyTypes = v.exactOptional(
  v.pipe(v.array(v.picklist(MESSAGE_TYPES)), v.minLength(1, problemWithCure("lists no message type", typeCure))),
  ["text"],
);

/** Returns the schema of a rule's keywords. */
function wordList<T extends v.GenericSchema<string, string>>(item: T) {
  return v.pipe(
    v.array(item),
    v.minLength(1, problemWithCure("has no keyword", 'add a keyword, or use the match type "anything"')),
    v.maxLength(MAX_WORDS, problemWithCure(`has more than ${MAX_WORDS} keywords`, "split the rule into two")),
  );
}

/**
 * What a rule matches. All types compare normalised texts (`normalize.ts`); for a card or link the title is compared.
 * `exact`: the whole message is one of the words · `prefix`: it begins with one of them · `wildcard`: the whole message
 * matches a pattern, where `*` matches any text, including none · `all`: it contains every word · `any`: it contains
 * at least one of them; `contains` is a synonym, intended for a single word · `anything`: every message of the types.
 */
export const MatchSchema = v.variant("type", [
  v.strictObject({
    type: v.picklist(["exact", "prefix", "contains", "any", "all"]),
    words: wordList(word),
    messageTypes: textTypes,
  }),
  v.strictObject({
    type: v.literal("wildcard"),
    words: wordList(pattern),
    messageTypes: textTypes,
  }),
  v.strictObject({ type: v.literal("anything"), messageTypes: anyTypes }),
]);

/** What a rule matches: how texts are compared, the keywords, and the types of messages. */
export type Match = v.InferOutput<typeof MatchSchema>;

/** A whole number of minutes, 1 to 43 200 (30 days). */
export const OnceMinutesSchema = v.pipe(
  v.number(),
  v.integer(problemWithCure("is not a whole number", "write whole minutes")),
  v.minValue(1, problemWithCure("is less than 1", "write 1 or more, or omit it to answer every time")),
  v.maxValue(MAX_ONCE_MINUTES, problemWithCure(`is more than ${MAX_ONCE_MINUTES}`, "write at most 43200 (30 days)")),
);

/** An id; the log and the counters of `onceMinutes` use it, so it should not change when the name does. */
const id = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9_.-]{1,64}$/,
    problemWithCure("is not a valid id", "use 1 to 64 letters, digits, dots, hyphens or underscores, without spaces"),
  ),
);

/** One rule. */
export const RuleSchema = v.strictObject({
  id,
  /** For display in the console only. */
  name: v.exactOptional(
    v.pipe(v.string(), v.maxLength(100, problemWithCure("has more than 100 characters", "shorten the name"))),
  ),
  /** A higher number is tried first; default 0. */
  priority: v.exactOptional(
    v.pipe(
      v.number(),
      v.integer(problemWithCure("is not a whole number", "write a whole number")),
      v.minValue(
        -MAX_PRIORITY,
        problemWithCure(`is less than -${MAX_PRIORITY}`, "use small numbers, such as 10, 20, 30"),
      ),
      v.maxValue(
        MAX_PRIORITY,
        problemWithCure(`is more than ${MAX_PRIORITY}`, "use small numbers, such as 10, 20, 30"),
      ),
    ),
    0,
  ),
  match: MatchSchema,
  /** `open`, `closed`: the rule applies only within, or only outside, the opening hours. Default `always`. */
  when: v.exactOptional(v.picklist(["always", "open", "closed"]), "always"),
  /** The rule applies at most once within this time for one user, minutes. */
  onceMinutes: v.exactOptional(OnceMinutesSchema),
  action: ActionSchema,
});

/** One rule. */
export type Rule = v.InferOutput<typeof RuleSchema>;
