/** Dialogs and the keyboard: the focus, what happens behind a dialog, and while a key is held down. */
import { describe, it } from "vitest";
import { rowsOf, said } from "./sample-log.ts";
import { conversationId, LI, LOG, row } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

const CONVERSATION = conversationId(0x7f3a);
const CHAT = `#/mine/${CONVERSATION}`;

describe("the dialog that closes a session", () => {
  it("names the newest row from before it was opened: a message that arrives behind it was not seen", async ({
    expect,
  }) => {
    const { page, requests, script, push } = await open({ hash: CHAT });
    script.answer = (_method, path) =>
      path.endsWith("/close") ? { status: 409, body: { code: "stale", from: 1, to: 2 } } : undefined;
    await page.getByText("在吗", { exact: true }).waitFor();
    const { length } = script.log;
    await page.getByRole("button", { name: "结束", exact: true }).click();
    const late = rowsOf(
      ...Array.from({ length: length + 1 }, () => said({ type: "text", content: "等一下，还有问题" })),
    );
    push({ type: "rows", conversation: CONVERSATION, log: LOG, from: length, to: length + 1, rows: late.slice(-1) });
    await page.getByText("等一下，还有问题").waitFor();
    await page.getByRole("button", { name: "结束会话" }).click();
    await page.getByRole("dialog").getByRole("alert").getByText("用户又发了消息").waitFor();
    expect(requests.at(-1)).toMatchObject({ body: { seenSeq: length } });
  });

  it.for([
    ["shows what the user will get", {}, {}, "用户会收到，用 1 条额度"],
    ["says that nothing is sent by the settings", { closing: null, rating: null }, {}, "不会给用户发消息"],
    ["says that nothing is sent without a send left", {}, { left: 0 }, "结束语和评价邀请不会发出：回复额度已用完。"],
  ] as const)("%s", async ([_what, texts, facts, expected], { expect }) => {
    const rows = [row({ n: 0x7f3a, text: "x", views: ["mine"], ...facts })];
    const body = { closing: "再见", rating: "请打分", ...texts };
    const answer = (method: string, path: string) =>
      method === "GET" && path.endsWith("/close") ? { status: 200, body } : undefined;
    const { page } = await open({ hash: CHAT, script: { rows, answer } });
    await page.getByText("在吗", { exact: true }).waitFor();
    await page.getByRole("button", { name: "结束", exact: true }).click();
    await page.getByRole("dialog").getByText(expected).waitFor();
    const isShown = expected.startsWith("用户会收到");
    expect(
      await page
        .getByRole("dialog")
        .getByText(/^再见\s请打分$/)
        .count(),
    ).toBe(isShown ? 1 : 0);
  });

  it("is closed when the browser goes back to another conversation", async ({ expect }) => {
    const { page } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    await page.evaluate((hash) => (location.hash = hash), `#/mine/${conversationId(0xe2a7)}`);
    await page.getByText("5 条已用完").waitFor();
    await page.getByRole("button", { name: "结束", exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await page.goBack();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(page.url()).toContain(CONVERSATION);
  });
});

describe("the dialog of a transfer", () => {
  it("begins on the first colleague, and Ctrl + Enter in the note confirms it", async ({ expect }) => {
    const { page, requests } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    await page.keyboard.press("f");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    expect(
      await dialog.getByRole("radio", { name: /小李/ }).evaluate((radio) => radio === document.activeElement),
    ).toBe(true);
    await page.keyboard.press("Space");
    await dialog.getByLabel("给接手同事的备注（选填）").fill("请查银行回执");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => requests.at(-1)?.body).toMatchObject({ to: { agent: LI }, note: "请查银行回执" });
  });
});

describe("Esc in the search field", () => {
  it("clears and leaves it, and the conversation stays open", async ({ expect }) => {
    const { page } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    const search = page.getByRole("searchbox");
    await search.fill("没有这样的会话");
    await page.keyboard.press("Escape");
    expect(await search.inputValue()).toBe("");
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(false);
    expect(page.url()).toContain(CONVERSATION);
  });
});

describe("Esc", () => {
  it("goes back to the list, from wherever the focus is, and the conversation stays open beside it", async ({
    expect,
  }) => {
    const { page } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    await page.getByLabel("回复内容").focus();
    const isInList = () => page.evaluate(() => document.activeElement?.closest("[role=listbox]") !== null);
    for (let presses = 0; presses < 3; presses += 1) {
      await page.keyboard.press("Escape");
      await expect.poll(isInList).toBe(true);
    }
    expect(page.url()).toContain(CONVERSATION);
  });

  it("shows the list when there is room for one pane only", async ({ expect }) => {
    const { page } = await open({ hash: CHAT, width: 390, height: 844 });
    await page.getByText("在吗", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("listbox").waitFor();
    expect(page.url()).not.toContain(CONVERSATION);
  });
});

describe("a key that is held down", () => {
  it("takes one session, also when the next one moves up before the answer arrives", async ({ expect }) => {
    const [first, second] = [0x1a2b, 0x2b3c];
    const waiting = (n: number) => row({ n, text: "有人吗", assignee: null, views: ["queue"] });
    const { page, requests, push } = await open({
      hash: "#/queue",
      script: { rows: [waiting(first), waiting(second)] },
    });
    const answered = Promise.withResolvers<void>();
    await page.route("**/take", async (route) => {
      await answered.promise;
      await route.fallback();
    });
    const list = page.getByRole("list", { name: /排队/ });
    await expect.poll(() => list.getByRole("listitem").count()).toBe(2);
    const asked = page.waitForRequest(/take$/);
    await page.keyboard.down("t");
    await asked;
    push({ type: "views", epoch: "epoch-2", rev: 9, counts: {}, rows: [waiting(second)] });
    await expect.poll(() => list.getByRole("listitem").count()).toBe(1);
    await page.keyboard.down("t");
    answered.resolve();
    await page.getByLabel("聊天记录").waitFor();
    expect(requests.map(({ path }) => path)).toStrictEqual([`conversations/${conversationId(first)}/take`]);
  });
});
