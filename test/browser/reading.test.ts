/**
 * Reading and writing on the phone where it is not all plain: input methods, little room, a reader who scrolled up,
 * pictures that fail, other days, long names.
 */
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { bubbles, enter } from "./actions.ts";
import { DESKTOP, startScene, type Scene } from "./harness.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(20_200);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

describe("an input method", () => {
  it("takes the Enter that picks its candidate, in Safari as well", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    const input = page.getByLabel("输入消息");
    await input.fill("你好");
    // Safari ends the composition before it tells of the key.
    await input.dispatchEvent("keydown", { key: "Enter", keyCode: 229, isComposing: false });
    await input.dispatchEvent("keydown", { key: "Enter", keyCode: 13, isComposing: true });
    expect(await input.inputValue()).toBe("你好");
    await input.press("Enter");
    await bubbles(page, "mine").first().waitFor();
    expect(await bubbles(page, "mine").count()).toBe(1);
  });
});
