/**
 * Writes attributes of buttons only when they have a value. WXML writes a bound attribute even when its value is empty,
 * null or undefined, and an empty `business-id` keeps WeChat's chat from opening (WECHAT.md §9.1). A button in our
 * sources may mark attributes with `given:`; the build then writes the button once for every possible combination of
 * them, each in its own branch.
 */

/**
 * Attributes that are written only together with another attribute: those of a card need `show-message-card`, which a
 * button must mark before them.
 */
const NEEDS = new Map([
  ["send-message-title", "show-message-card"],
  ["send-message-path", "show-message-card"],
  ["send-message-img", "show-message-card"],
]);

interface Given {
  readonly name: string;
  /** The bound expression; the attribute is written when its value is not empty. */
  readonly expression: string;
}

/**
 * Replaces each marked button of a template by branches of `wx:if`.
 *
 * @example `<button given:a="{{x}}"></button>` becomes, apart from line breaks,
 *   `<button wx:if="{{x}}" a="{{x}}"></button><button wx:else></button>`
 * @throws Error for an invalid mark
 */
export function writeGivenAttributes(wxml: string): string {
  const written = wxml.replace(/<button\b[^>]*\sgiven:[^>]*>[^]*?<\/button>/g, (button) => {
    const marked = [...button.matchAll(/\sgiven:([\w-]+)="\{\{([^"}]+)\}\}"/g)].map(
      ([, name = "", expression = ""]) => {
        return { name, expression };
      },
    );
    const condition = / (wx:(?:if|elif)="[^"]*"|wx:else)/.exec(button);
    const bare = marked
      .reduce((rest, { name }) => rest.replace(new RegExp(`\\sgiven:${name}="[^"]*"`), ""), button)
      .replace(condition?.[0] ?? "", "");
    return writeBranches(bare, marked, condition?.[1] ?? "");
  });
  if (/\sgiven:[\w-]+\s*=/.test(written))
    throw new Error("a given: attribute must be on a <button> and bound by {{ }}");
  return written;
}

/** Writes the branches of one button. @param condition when the button is rendered at all; empty: always */
function writeBranches(button: string, marked: readonly Given[], condition: string): string {
  const [first, ...rest] = marked;
  if (first === undefined) return withAttribute(button, condition);
  const { name, expression } = first;
  const given = writeBranches(withAttribute(button, `${name}="{{${expression}}}"`), rest, `wx:if="{{${expression}}}"`);
  const absent = writeBranches(
    button,
    rest.filter((other) => NEEDS.get(other.name) !== name),
    "wx:else",
  );
  const branches = `${given}\n${absent}`;
  return condition === "" ? branches : `<block ${condition}>\n${branches}\n</block>`;
}

function withAttribute(button: string, attribute: string): string {
  return attribute === "" ? button : button.replace("<button", () => `<button\n${attribute}`);
}
