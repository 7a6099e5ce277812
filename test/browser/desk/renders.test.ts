/** What is not rendered again: the lines of a conversation while its clocks run, and rows of a list that did not change. */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { rowsOf, said } from "./sample-log.ts";
import { conversationId, row } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

const TEXT = "到底退到哪张卡了？";
const CHAT = `#/mine/${conversationId(0x7f3a)}`;
const LI = { n: 0xc04e, name: "李女士", text: "在吗？？", waitedMs: 60_000, views: ["mine"] } as const;

/** Begins to count how often the message with the text is looked at for masks, and 李女士 for the character of her avatar. */
async function count(page: Page): Promise<() => Promise<{ readonly lines: number; readonly rows: number }>> {
  await page.evaluate((text) => {
    const counts = { lines: 0, rows: 0 };
    Object.assign(globalThis, { counts });
    const { stringify } = JSON;
    const { from } = Array;
    Object.assign(JSON, {
      stringify(value: unknown, ...rest: []) {
        const result = stringify(value, ...rest);
        if (result?.includes(text) && result.includes("message")) counts.lines += 1;
        return result;
      },
    });
    Object.assign(Array, {
      from(value: Iterable<unknown>, ...rest: []) {
        if (value === "李女士") counts.rows += 1;
        return Reflect.apply(from, Array, [value, ...rest]);
      },
    });
  }, TEXT);
  return () => page.evaluate(() => Object.getOwnPropertyDescriptor(globalThis, "counts")?.value);
}

describe("while nothing but the time changes", () => {
  it("the lines of the history are not rendered again", async ({ expect }) => {
    const { page } = await open({ hash: CHAT, script: { log: rowsOf(said({ type: "text", content: TEXT })) } });
    // The page's timer is made again, on the clock of the test.
    await page.clock.install();
    await page.reload();
    await page.locator(".message").getByText(TEXT).waitFor();
    const counts = await count(page);
    await page.clock.runFor(5_000);
    expect(await counts()).toStrictEqual({ lines: 0, rows: 0 });
  });
});

describe("when one session of a list changes", () => {
  it("the rows of the others are not rendered again", async ({ expect }) => {
    const other = { n: 0x7f3a, name: "张先生", text: "在吗", views: ["mine"] } as const;
    const rows = [row(LI), row(other)];
    const { page, push } = await open({ script: { rows } });
    await page.getByRole("option", { name: /李女士/ }).waitFor();
    const counts = await count(page);
    const changed = { ...row({ ...other, text: "人呢" }), version: 4 };
    push({ type: "delta", epoch: "epoch-1", rev: 3, from: 2, counts: {}, upserts: [changed], removes: [] });
    await page.getByRole("option", { name: /人呢/ }).waitFor();
    expect(await counts()).toMatchObject({ rows: 0 });
    push({ type: "delta", epoch: "epoch-1", rev: 4, from: 3, counts: {}, upserts: [row(LI)], removes: [] });
    await expect.poll(async () => (await counts()).rows).toBe(1);
  });
});
