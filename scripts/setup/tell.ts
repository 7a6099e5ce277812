/**
 * The output common to both targets: values and their origin, conflicts, milestones, missing milestones.
 */
import type { Result } from "../../shared/base/result.ts";
import { inBoth, say } from "../doctor/finding.ts";
import type { Asker } from "./ask.ts";
import type { Fault } from "./fault.ts";
import type { Screen } from "./screen.ts";
import type { Value } from "./values.ts";
import type { VariableName } from "./variables.ts";
import { MILESTONES, type MilestoneName } from "./worker.ts";

const ORIGINS = {
  brought: say("您给的", "yours"),
  kept: say("原有，保留", "was there, kept"),
  made: say("新生成", "made"),
} as const;

const HINTS = {
  verified: say("在后台“消息推送配置”按“提交”", "press 提交 in the console's 消息推送配置"),
  message: say(
    "在小程序里点“联系客服”，发一句话；没有反应时核对消息加解密方式",
    "tap the contact button in the mini program and write; if nothing comes, check 消息加解密方式",
  ),
  answer: say(
    "服务没有发出或微信没有接受回复：写入设置（docs/reference/settings.md），再看体检",
    "nothing was sent, or WeChat took nothing: store settings (docs/reference/settings.md), then see the doctor",
  ),
} as const satisfies Record<MilestoneName, unknown>;

/**
 * Every variable with its origin.
 *
 * @param show whether generated values are shown: they must be where they cannot be read later
 */
export function tellValues(screen: Screen, values: readonly Value[], show: boolean): void {
  for (const { name, origin, value } of values) {
    const shown =
      show && origin === "made" && value !== undefined ? `${inBoth(ORIGINS.made)}: ${value}` : inBoth(ORIGINS[origin]);
    screen.note(say(name, name), shown);
  }
}

/** Existing values that differ. @returns whether they may be replaced */
export async function mayReplace(
  screen: Screen,
  names: readonly VariableName[],
  place: string,
  ask?: Asker,
): Promise<boolean> {
  const list = names.join(", ");
  if (ask !== undefined) {
    return ask.confirm(say(`${place} 里已有另外的 ${list}：替换？`, `${place} has another ${list}: replace?`), false);
  }
  screen.problem(
    say(`${place} 里已有另外的 ${list}`, `${place} has another ${list}`),
    say("加 --force 替换，或者不给出", "add --force to replace the value, or omit it"),
  );
  return false;
}

/** A reached milestone. */
export function tellMilestone(screen: Screen): (name: MilestoneName, at: string) => void {
  return (name, at) => screen.done(MILESTONES[name], new Date(at).toLocaleString("sv-SE"));
}

/** The milestones not reached, and what to do. */
export function tellMissing(screen: Screen, open: Result<readonly MilestoneName[], Fault>, url: string): void {
  if (!open.ok) tellFault(screen, open.error);
  else {
    for (const name of open.value) {
      const { zh, en } = MILESTONES[name];
      screen.problem(say(`还没有：${zh}`, `not yet: ${en}`), HINTS[name]);
    }
  }
  screen.note(say("体检", "the doctor"), `npm run doctor -- ${url}`);
}

/** A failure, with the output of the tool that refused. */
export function tellFault(screen: Screen, { wrong, cure, words }: Fault): void {
  screen.problem(wrong, cure);
  if (words !== undefined && words !== "") screen.text(words.replaceAll(/^/gm, "      | "));
}
