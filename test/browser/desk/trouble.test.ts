/** The desk under failures, against a scripted server: a lost connection, a reload. */
import { describe, it } from "vitest";
import { rowsOf, said } from "./sample-log.ts";
import { conversationId, LOG } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

const CHAT = `#/mine/${conversationId(0x7f3a)}`;

describe("without a connection", () => {
  it("lets the agent write and sends it once, disables taking, and shows the state until it is live again", async ({
    expect,
  }) => {
    const scripted = await open({ hash: CHAT });
    const { page, requests } = scripted;
    await page.getByText("实时").waitFor();
    scripted.setDown(true);
    await scripted.cut();
    await page.getByRole("group", { name: "已断开" }).waitFor();
    expect(await page.getByRole("button", { name: "结束", exact: true }).isEnabled()).toBe(false);
    await page.getByLabel("回复内容").fill("断线时写的");
    await page.getByLabel("回复内容").press("Enter");
    await page.getByText("连上后发送").waitFor();
    expect(requests).toStrictEqual([]);
    scripted.setDown(false);
    // The page may connect by itself before the button is pressed, and then the button is gone.
    await Promise.race([page.getByRole("button", { name: "立即重连" }).click(), page.getByText("实时").waitFor()]);
    await expect.poll(() => requests.length).toBe(1);
    expect(await page.getByRole("group", { name: "已断开" }).count()).toBe(0);
    expect(requests[0]?.body).toMatchObject({ content: "断线时写的" });
  });

  it("keeps a message over a reload, and sends it once with its id", async ({ expect }) => {
    const scripted = await open({ hash: CHAT });
    const { page, requests } = scripted;
    await page.getByText("实时").waitFor();
    scripted.setDown(true);
    await scripted.cut();
    await page.getByLabel("回复内容").fill("断线时写的");
    await page.getByLabel("回复内容").press("Enter");
    await page.getByText("连上后发送").waitFor();
    const stored = () => page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    const id = /"id\\":\\"([\w-]{36})/.exec(await stored())?.[1];
    await page.reload();
    scripted.setDown(false);
    await expect.poll(() => requests.length).toBe(1);
    expect([id, requests[0]?.body]).toMatchObject([requests[0]?.key, { content: "断线时写的" }]);
    await expect.poll(stored).not.toContain("断线时写的");
  });

  it("leaves a message to another tab when its own is closed, which sends it once with its id", async ({ expect }) => {
    const first = await open({ hash: CHAT });
    const second = await open({ hash: CHAT, beside: first });
    await second.page.getByText("实时").waitFor();
    first.setDown(true);
    await first.cut();
    await first.page.getByLabel("回复内容").fill("断线时写的");
    await first.page.getByLabel("回复内容").press("Enter");
    await first.page.getByText("连上后发送").waitFor();
    expect(second.requests).toStrictEqual([]);
    await first.page.close();
    await expect.poll(() => second.requests.map(({ body }) => body)).toMatchObject([{ content: "断线时写的" }]);
    expect(first.requests).toStrictEqual([]);
  });

  it("reads the missed rows, and shows them once and in order", async ({ expect }) => {
    const scripted = await open({ hash: CHAT });
    const { page, script } = scripted;
    await page.getByText("在吗", { exact: true }).waitFor();
    const before = script.log.length;
    const added = rowsOf(
      ...Array.from({ length: before + 10 }, (_, index) => said({ type: "text", content: `第 ${index + 1} 条` })),
    );
    script.log = added;
    script.answer = (method, path) =>
      method === "GET" && path.includes("after=")
        ? { status: 200, body: { log: LOG, rows: added.slice(before), next: added.length } }
        : undefined;
    scripted.push({
      type: "rows",
      conversation: conversationId(0x7f3a),
      log: LOG,
      from: added.length - 1,
      to: added.length,
      rows: added.slice(-1),
    });
    await page.getByText(`第 ${added.length} 条`).waitFor();
    const shown = await page.locator(".message.in .bubble").allTextContents();
    expect(shown.filter((text) => text.startsWith("第"))).toStrictEqual(
      Array.from({ length: 10 }, (_, index) => `第 ${before + index + 1} 条`),
    );
  });

  it("sends nothing more once the server has ended the page, says so, and keeps what is typed", async ({ expect }) => {
    const { page, requests, push } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    push({ type: "bye", reason: "too_many_pages" });
    await page.getByRole("alert").getByText("此页已断开，不再发送").waitFor();
    const input = page.getByLabel("回复内容");
    await input.fill("写了一半");
    await input.press("Enter");
    await page.reload();
    await expect.poll(() => page.getByLabel("回复内容").inputValue()).toBe("写了一半");
    expect(requests).toStrictEqual([]);
  });

  it("keeps a draft over a reload, in its own conversation only", async ({ expect }) => {
    const { page } = await open({ hash: CHAT });
    await page.getByLabel("回复内容").fill("写了一半");
    await page.reload();
    await expect.poll(() => page.getByLabel("回复内容").inputValue()).toBe("写了一半");
    await page.getByRole("option", { name: /李女士/ }).click();
    await page.getByRole("heading", { name: /李女士/, level: 2 }).waitFor();
    expect(await page.getByLabel("回复内容").inputValue()).toBe("");
    await page.getByRole("option", { name: /张先生.*草稿/s }).waitFor();
  });
});
