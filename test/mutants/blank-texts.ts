/** Promise 6: what shows nothing is neither taken nor sent, and takes none of the few replies. */
import type { MutantTable } from "./mutant.ts";

const BLANK = "pure/domain/blank-texts.test.ts";
const OUTBOUND = "pure/shared/outbound.test.ts";
const SPLIT = "pure/domain/split.test.ts";

/** Mutants of what is visible, and of white space at the cuts of a long text. */
export const BLANK_TEXTS: MutantTable = {
  rule: "nothing is sent in which a reader sees nothing",
  spec: "WECHAT.md §4.5",
  mutants: [
    {
      name: "blank-part",
      breaks: "a part of a long text is blank: WeChat refuses it, and the rest is not sent",
      promise: 6,
      file: "worker/domain/split.ts",
      find: "return parts.filter(isVisibleMessage);",
      replace: "return parts;",
      killedBy: [BLANK, "a long text has no part in which nothing can be seen"],
    },
    {
      name: "blank-space-takes-messages",
      breaks: "a text is refused for the messages its blank space would take, which are not sent",
      promise: 6,
      file: "worker/domain/split.ts",
      find: "if (textSize(content, unit) <= limit) return ok([content]);",
      replace: `const size = textSize(content, unit);
  if (size <= limit) return ok([content]);
  if (size > limit * maxParts) return err({ reason: "too_many_parts", limit: maxParts, actual: Math.ceil(size / limit) });`,
      killedBy: [BLANK, "a long text takes no messages for its blank space"],
    },
    {
      name: "zero-width-is-visible",
      breaks: "a text of zero-width spaces is taken",
      promise: 6,
      file: "shared/visible.ts",
      find: "\\p{Cc}\\p{Cf}\\p{DI}",
      replace: "\\p{Cc}",
      killedBy: [BLANK, "a text in which nothing can be seen is refused as a message"],
    },
    {
      name: "invisible-variable-answered",
      breaks: "an answer in which the user's words left nothing to see is sent",
      promise: 6,
      file: "worker/domain/rules.ts",
      find: 'message.type !== "text" || isVisibleMessage(message.content)',
      replace: 'message.type !== "text" || message.content.trim() !== ""',
      killedBy: [BLANK, "a text in which nothing can be seen is no answer"],
    },
    {
      name: "link-without-words-is-visible",
      breaks: "a text of a link without words is taken",
      promise: 6,
      file: "shared/visible.ts",
      find: "return open > 0 || isVisible(words);",
      replace: "return open > 0 || isVisible(content);",
      killedBy: [BLANK, "a link without visible words is refused as a message"],
    },
    {
      name: "blank-title-taken",
      breaks: "a link or card with a title in which nothing can be seen is taken",
      promise: 6,
      file: "shared/outbound.ts",
      find: 'return text === "" || isVisible(text);',
      replace: "return true;",
      killedBy: [OUTBOUND, "parseOutbound refuses a field that must be there and is blank"],
    },
    {
      name: "part-begins-with-line-break",
      breaks:
        "a part of a long text begins with the line break the part before had no room for, and one part more is needed",
      promise: 6,
      file: "worker/domain/split.ts",
      find: "start = afterBlanks(atoms, end);",
      replace: "start = end;",
      killedBy: [SPLIT, "splitText leaves out line breaks that do not fit before a cut"],
    },
    {
      name: "indentation-lost",
      breaks: "a part of a long text loses the indentation of its first line",
      promise: 6,
      file: "worker/domain/split.ts",
      find: "return start ?? end;",
      replace: "return end;",
      killedBy: [SPLIT, "splitText keeps the indentation of a line"],
    },
  ],
};
