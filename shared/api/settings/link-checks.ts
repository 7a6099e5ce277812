/**
 * The links in a team's texts (WECHAT.md §4.2). They are checked when settings are stored, not when they are read:
 * settings of an earlier version must still parse, and a link that WeChat refuses fails only its own message.
 */
import type { Outbound } from "../../message/outbound.ts";
import { findLinkProblem } from "../../text/links.ts";
import type { SettingsProblem } from "./problems.ts";
import type { Settings } from "./settings.ts";
import { renderTemplate } from "./template.ts";

/**
 * Every text with a link that cannot be sent, with its path and cure.
 *
 * @param appid the mini program of the settings: the only one their links may lead to; undefined: several use them
 */
export function findSettingsLinkProblems(settings: Settings, appid: string | undefined): readonly SettingsProblem[] {
  return textsOf(settings).flatMap(({ path, text }) => {
    // A variable with the user's words is never inside a tag, and any other variable is harmless inside one.
    const found = findLinkProblem(
      renderTemplate(text, () => "1"),
      appid,
    );
    return found === undefined ? [] : [{ reason: "invalid" as const, path, ...found }];
  });
}

/** A text, and its path in the settings. */
interface PlacedText {
  readonly path: string;
  readonly text: string;
}

function textsOf({ greeting, rules, offHours, fallback }: Settings): readonly PlacedText[] {
  return [
    ...(greeting === undefined ? [] : textsIn(greeting.messages, "greeting.messages")),
    ...rules.flatMap(({ action }, index) => textsOfAction(action, `rules.${index}.action.messages`)),
    ...(offHours === undefined ? [] : textsOfAction(offHours, "offHours.messages")),
    ...textsOfAction(fallback, "fallback.messages"),
  ];
}

function textsOfAction(action: NonNullable<Settings["offHours"]>, path: string): readonly PlacedText[] {
  return action.type === "reply" ? textsIn(action.messages, path) : [];
}

function textsIn(messages: readonly Outbound[], path: string): readonly PlacedText[] {
  return messages.flatMap((message, index) =>
    message.type === "text" ? [{ path: `${path}.${index}.content`, text: message.content }] : [],
  );
}
