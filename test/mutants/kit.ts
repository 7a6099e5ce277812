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
  ],
};
