/** The mini-program package opens a chat wherever WeChat has one, and says what to do where it has none. */
import type { MutantTable } from "./mutant.ts";

/** Mutants of the mini-program package's build and rules. */
export const KIT: MutantTable = {
  rule: "the mini-program package has no dead button, and writes no native attribute the page did not give",
  spec: "WECHAT.md §9.1, §9.3",
  mutants: [
    {
      name: "empty-native-attribute",
      breaks: "a native attribute is written although the page gave none",
      file: "scripts/lib/miniprogram/given-attributes.ts",
      find: "  const absent = writeBranches(\n    button,",
      replace: '  const absent = writeBranches(\n    withAttribute(button, `${name}=""`),',
      killedBy: ["pure/miniprogram/given-attributes.test.ts", "a button with given: attributes is written with each"],
    },
    {
      name: "added-limit-ignored",
      breaks: "a limit an app adds for a platform changes nothing",
      file: "miniprogram/src/helpers/support.ts",
      find: 'if (isAdded && !lifted.has("platform")) return "platform";',
      replace: "",
      killedBy: ["pure/miniprogram/support.test.ts", "a limit an app adds holds on its platform alone"],
    },
    {
      name: "dead-button-first",
      breaks: "the contact button comes first where it is reported dead, although the WeCom chat is known",
      file: "miniprogram/src/entry/entry-plan.ts",
      find: "open.find((way) => !doubted.has(way)) ?? ",
      replace: "",
      killedBy: ["pure/miniprogram/support.test.ts", "a way that is reported dead is taken only when"],
    },
    {
      name: "update-for-the-apps-fault",
      breaks: "a user is advised to update WeChat where the app's own set-up is at fault",
      file: "miniprogram/src/entry/texts.ts",
      find: 'new Set(["no_address", "not_bound"])',
      replace: 'new Set(["no_address"])',
      killedBy: ["pure/miniprogram/support.test.ts", "a user reads neutral words where the app's set-up is at fault"],
    },
  ],
};
