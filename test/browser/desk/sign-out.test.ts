/** Signing out, by the agent or because the sign-in has ended: what is asked before, and which texts stay in the browser. */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { conversationId, row } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

const CHAT = `#/mine/${conversationId(0x7f3a)}`;
const QUEUE = [row({ n: 0x1a2b, name: "陈小姐", text: "你好", assignee: null, views: ["queue"] })];

/** Presses 退出登录 in the dialog for presence. */
async function signOut(page: Page): Promise<void> {
  await page.getByText("实时").waitFor();
  await page.keyboard.press("s");
  await page.getByRole("dialog").getByRole("button", { name: "退出登录" }).click();
}

/** Returns what the browser keeps of the agent's texts. */
function kept(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
}

describe("signing out", () => {
  it("is asked for first while the agent serves users or has unsent texts, then removes the texts", async ({
    expect,
  }) => {
    const { page, requests, script } = await open({ hash: CHAT });
    script.answer = (_method, path) =>
      path.endsWith("/replies") ? { status: 409, body: { code: "quota_used" } } : undefined;
    const input = page.getByLabel("回复内容");
    await input.fill("发不出的");
    await input.press("Enter");
    await page.getByRole("option", { name: /张先生.*未发出/s }).waitFor();
    await input.fill("写了一半");
    await input.blur();
    await signOut(page);
    const dialog = page.getByRole("dialog", { name: "退出登录" });
    await dialog.getByText("您还有 6 个会话（含挂起的）").waitFor();
    await dialog.getByText("1 条消息还没有发出").waitFor();
    await dialog.getByText("1 份草稿").waitFor();
    await dialog.getByRole("button", { name: "取消" }).click();
    expect(requests.map(({ path }) => path)).not.toContain("sign-out");
    expect(await kept(page)).toMatch(/发不出的.*写了一半|写了一半.*发不出的/);
    await signOut(page);
    await dialog.getByRole("button", { name: "退出登录" }).click();
    await page.getByRole("heading", { name: "登录客服工作台" }).waitFor();
    expect(await page.getByText("登录已失效").count()).toBe(0);
    expect(await kept(page)).not.toMatch(/发不出的|写了一半/);
  });

  it("is done at once without sessions and texts, also when the server sends its message before its answer", async ({
    expect,
  }) => {
    const { page, push } = await open({ hash: "#/queue", script: { rows: QUEUE } });
    await page.route("**/sign-out", async (route) => {
      push({ type: "bye", reason: "signed_out" });
      await route.fallback();
    });
    await signOut(page);
    await page.getByRole("heading", { name: "登录客服工作台" }).waitFor();
    expect(await page.getByText("登录已失效").count()).toBe(0);
  });

  it.for([
    ["in the dialog", CHAT, undefined],
    ["in a notice", "#/queue", QUEUE],
  ] as const)("without an answer leaves the agent signed in, and says so %s", async ([, hash, rows], { expect }) => {
    const { page } = await open({ hash, ...(rows !== undefined && { script: { rows } }) });
    await page.route("**/sign-out", (route) => route.abort());
    await signOut(page);
    if (rows === undefined) await page.getByRole("dialog").getByRole("button", { name: "退出登录" }).click();
    await page.getByText("无法连接服务器").waitFor();
    expect(await page.getByText("实时").count()).toBe(1);
    // The focus stays on the button, so that Enter tries again.
    if (rows === undefined) expect(await page.locator(":focus").textContent()).toBe("退出登录");
    expect(await page.getByRole("heading", { name: "登录客服工作台" }).count()).toBe(0);
  });
});

describe("an answer that says that the agent is not signed in any more", () => {
  it("leads to the sign-in form although the connection is live, and the message is sent after the next sign-in", async ({
    expect,
  }) => {
    const { page, requests, script } = await open({ hash: CHAT });
    const replies = () => requests.filter(({ path }) => path.endsWith("/replies"));
    script.answer = (_method, path) =>
      path.endsWith("/replies") && replies().length === 1 ? { status: 401, body: { code: "unauthorized" } } : undefined;
    await page.getByLabel("回复内容").fill("您好");
    await page.getByLabel("回复内容").press("Enter");
    await page.getByText("登录已失效，请重新登录").waitFor();
    await page.getByLabel("账号").fill("小王");
    await page.getByLabel("密码").fill("correct horse battery");
    await page.getByRole("button", { name: "登录" }).click();
    await expect.poll(() => replies().length).toBe(2);
    expect(replies()[0]?.key).toBe(replies()[1]?.key);
  });
});
