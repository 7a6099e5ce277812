/** Which keys belong to an input method. */
import { describe, it } from "vitest";
import { isOfInputMethod } from "../../../console/ui/input-method.ts";

describe("a key", () => {
  it.for([
    ["while a text is composed", { isComposing: true, keyCode: 27 }, true],
    ["after the text was composed, as Safari reports it", { isComposing: false, keyCode: 229 }, true],
    ["without an input method", { isComposing: false, keyCode: 27 }, false],
  ] as const)("%s", ([, key, expected], { expect }) => {
    expect(isOfInputMethod(key)).toBe(expected);
  });
});
