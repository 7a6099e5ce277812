/** Reports common to both targets: values and their origin, conflicts, milestones, missing milestones. */
import type { Result } from "../../shared/base/result.ts";
import { inBoth, say } from "../doctor/finding.ts";
import type { Asker } from "./ask.ts";
import type { Fault } from "./fault.ts";
import type { Screen } from "./screen.ts";
import type { Value } from "./values.ts";
import type { VariableName } from "./variables.ts";
import { MILESTONES, type MilestoneName } from "./worker.ts";

const ORIGINS = {
  brought: say("由您提供", "provided by you"),
  kept: say("原有，保留", "existing, kept"),
  made: say("新生成", "generated"),
} as const;

const HINTS = {
  verified: say("在后台“消息推送配置”按“提交”", "press 提交 in the console's 消息推送配置"),
  message: say(
    "在小程序中点“联系客服”，发送一条消息；收不到时核对消息加解密方式",
    "tap the contact button in the mini program and send a message; if it does not arrive, check 消息加解密方式",
  ),
  answer: say(
    "服务未发送回复，或微信未接受回复：写入设置（docs/reference/settings.md），再运行 doctor",
    "no reply was sent, or WeChat did not accept it: store settings (docs/reference/settings.md), then run the doctor",
  ),
} as const satisfies Record<MilestoneName, unknown>;

/**
 * Reports every variable with its origin.
 *
 * @param show whether generated values are shown; necessary where they cannot be read later
 */
export function reportValues(screen: Screen, values: readonly Value[], show: boolean): void {
  for (const { name, origin, value } of values) {
    const shown =
      show && origin === "made" && value !== undefined ? `${inBoth(ORIGINS.made)}: ${value}` : inBoth(ORIGINS[origin]);
    screen.note(say(name, name), shown);
  }
}

/**
 * Asks whether existing, different values may be replaced.
 *
 * @returns the answer; false without a terminal, after reporting the problem
 */
export async function mayReplace(
  screen: Screen,
  names: readonly VariableName[],
  place: string,
  ask?: Asker,
): Promise<boolean> {
  const list = names.join(", ");
  if (ask !== undefined) {
    return ask.confirm(
      say(`${place} 中已有不同的 ${list}，是否替换？`, `${place} already has a different ${list}. Replace?`),
      false,
    );
  }
  screen.problem(
    say(`${place} 中已有不同的 ${list}`, `${place} already has a different ${list}`),
    say("加 --force 替换，或不提供该值", "add --force to replace the value, or omit it"),
  );
  return false;
}

/** Returns a function that reports a reached milestone with its local time. */
export function reportMilestone(screen: Screen): (name: MilestoneName, at: string) => void {
  return (name, at) => screen.done(MILESTONES[name], new Date(at).toLocaleString("sv-SE"));
}

/** Reports the milestones not reached, and what to do. */
export function reportMissing(screen: Screen, open: Result<readonly MilestoneName[], Fault>, url: string): void {
  if (!open.ok) reportFault(screen, open.error);
  else {
    for (const name of open.value) {
      const { zh, en } = MILESTONES[name];
      screen.problem(say(`尚未完成：${zh}`, `not yet: ${en}`), HINTS[name]);
    }
  }
  screen.note(say("体检", "the doctor"), `npm run doctor -- ${url}`);
}

/** Reports a failure, with the output of the tool that failed. */
export function reportFault(screen: Screen, { wrong, cure, words }: Fault): void {
  screen.problem(wrong, cure);
  if (words !== undefined && words !== "") screen.text(words.replaceAll(/^/gm, "      | "));
}
