/**
 * An agent at work, against a scripted server: what the page sends for each action, and what it does when the server
 * refuses or does not answer.
 */
import { describe, it } from "vitest";
import { outcome, rowsOf, said, sent, session } from "./sample-log.ts";
import { conversationId, LI, LOG, row } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { server, open } = useScriptedPages();

const CHAT = `#/mine/${conversationId(0x7f3a)}`;

describe("the page", () => {
  it("has a policy that allows nothing from other hosts and nothing inline", async ({ expect }) => {
    const response = await fetch(`${server().url}/desk`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|blob:|\*/);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await response.text()).not.toMatch(/https?:\/\/|style=|<style|<script>|\son\w+=/);
  });

  it("shows the sign-in form when no agent is signed in, and why a sign-in failed", async ({ expect }) => {
    const { page, requests, script } = await open({ script: { you: null } });
    script.answer = (_method, path) =>
      path === "sign-in" ? { status: 401, body: { code: "sign_in_refused" } } : undefined;
    await page.getByLabel("账号").fill("小王");
    await page.getByLabel("密码").fill("wrong-password");
    await page.getByRole("button", { name: "登录" }).click();
    await page.getByText(/^账号或密码错误/).waitFor();
    expect(requests.map(({ path, body }) => [path, body])).toStrictEqual([
      ["sign-in", { name: "小王", password: "wrong-password" }],
    ]);
  });

  it("names the account of an invite, uses it only when its button is pressed, and removes its secret from the address", async ({
    expect,
  }) => {
    const { page, requests } = await open({ hash: "#invite=a0123456789ab.secret" });
    await page.getByRole("heading", { name: "接受邀请" }).waitFor();
    await expect.poll(() => page.getByLabel("账号").inputValue()).toBe("小王");
    await page.getByLabel("新密码（至少 10 个字符）").fill("correct horse battery");
    await page.getByLabel("再输入一次").fill("correct horse");
    await page.getByRole("button", { name: "设置密码并登录" }).click();
    await page.getByText("两次输入不一致").waitFor();
    expect(requests.map(({ path }) => path)).toStrictEqual(["sign-in/invite/read"]);
    await page.getByLabel("再输入一次").fill("correct horse battery");
    await page.getByRole("button", { name: "设置密码并登录" }).click();
    await page.getByRole("listbox").waitFor();
    expect(requests.map(({ path }) => path)).toStrictEqual(["sign-in/invite/read", "sign-in/invite"]);
    expect(page.url()).not.toContain("secret");
  });
});

describe("an invite that has ended", () => {
  it("says so before a password is chosen, and in another language without another request", async ({ expect }) => {
    const { page, requests } = await open({
      hash: "#invite=a0123456789ab.secret",
      script: {
        answer: (_method, path) =>
          path === "sign-in/invite/read" ? { status: 410, body: { code: "invite_invalid" } } : undefined,
      },
    });
    await page.getByRole("alert").getByText("邀请链接无效、已使用或已过期").waitFor();
    expect(await page.getByLabel("账号").count()).toBe(0);
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("alert").getByText("The invite is invalid, used or expired").waitFor();
    expect(requests.map(({ path }) => path)).toStrictEqual(["sign-in/invite/read"]);
  });
});

describe("a reply", () => {
  it("waits three seconds, can be taken back, and is sent once with an id and the newest row seen", async ({
    expect,
  }) => {
    const { page, requests, script } = await open({ hash: CHAT });
    const input = page.getByLabel("回复内容");
    await input.fill("您好");
    await input.press("Enter");
    await page.getByRole("button", { name: "撤回" }).click();
    expect(await input.inputValue()).toBe("您好");
    await input.press("Enter");
    await expect.poll(() => requests.length).toBe(1);
    expect(requests[0]).toMatchObject({
      path: `conversations/${conversationId(0x7f3a)}/replies`,
      body: { log: LOG, seenSeq: script.log.length, type: "text", content: "您好" },
    });
    expect(requests[0]?.key).toMatch(/^[\w-]{36}$/);
    expect(await input.inputValue()).toBe("");
  });

  it("is not sent by the Enter that ends an input method's composition", async ({ expect }) => {
    const { page } = await open({ hash: CHAT });
    const input = page.getByLabel("回复内容");
    await input.fill("ni");
    await input.dispatchEvent("keydown", { key: "Enter", isComposing: true });
    await input.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
    expect(await input.inputValue()).toBe("ni");
    await input.press("Shift+Enter");
    expect(await input.inputValue()).toBe("ni\n");
    await input.press("Enter");
    expect(await input.inputValue()).toBe("");
  });

  it("returns to the field when others have acted since, and the second Enter sends it", async ({ expect }) => {
    const { page, requests, script } = await open({ hash: CHAT });
    script.answer = (_method, path) =>
      path.endsWith("/replies") && requests.length === 1
        ? { status: 409, body: { code: "stale", from: 1, to: 2 } }
        : undefined;
    const input = page.getByLabel("回复内容");
    await input.fill("您好");
    await input.press("Enter");
    await page.getByText("写的时候有新消息").waitFor();
    expect(await input.inputValue()).toBe("您好");
    expect(await page.getByRole("button", { name: "仍要发送" }).isEnabled()).toBe(true);
    await input.press("Enter");
    await expect.poll(() => requests.length).toBe(2);
    expect(requests[0]?.key).not.toBe(requests[1]?.key);
  });

  it("does not return while a note is written, whose rest would go to the user", async ({ expect }) => {
    const { page, requests, script } = await open({ hash: CHAT });
    script.answer = (_method, path) =>
      path.endsWith("/replies") ? { status: 409, body: { code: "stale", from: 1, to: 2 } } : undefined;
    await page.getByLabel("回复内容").fill("您好");
    await page.getByLabel("回复内容").press("Enter");
    await page.locator("[data-mode=note]").click();
    const note = page.getByLabel("备注内容");
    await note.fill("此用户");
    await expect.poll(() => requests.length).toBe(1);
    await page
      .getByText(/没有发出/)
      .last()
      .waitFor();
    await note.pressSequentially("多次投诉");
    expect(await note.inputValue()).toBe("此用户多次投诉");
  });

  it("that is refused shows the reason and the possible action", async ({ expect }) => {
    const { page, script, requests } = await open({
      hash: CHAT,
      script: { log: rowsOf(said({ type: "text", content: "在吗" })) },
    });
    script.answer = (_method, path) =>
      path.endsWith("/replies") && requests.length === 1 ? { status: 409, body: { code: "quota_used" } } : undefined;
    await page.getByLabel("回复内容").fill("您好");
    await page.getByLabel("回复内容").press("Enter");
    await page.getByText("没有发出：回复额度已用完").last().waitFor();
    await page.getByRole("button", { name: "等用户下次发消息时发出" }).last().click();
    await expect.poll(() => requests.at(-1)?.body).toMatchObject({ hold: true, content: "您好" });
  });

  it("that is held can be withdrawn until it is sent", async ({ expect }) => {
    const held = { until: new Date(Date.now() + 3_600_000).toISOString() };
    const log = rowsOf(
      said({ type: "text", content: "在吗" }),
      sent({ type: "text", content: "等您回来" }),
      outcome(2, "held", held),
    );
    const { page, script, requests } = await open({ hash: CHAT, script: { log } });
    script.answer = (method) => (method === "DELETE" ? { status: 200, body: null } : undefined);
    await page.getByRole("button", { name: "取消发送" }).click();
    await page.getByText("已取消，不会发送").waitFor();
    expect(requests.at(-1)).toMatchObject({ method: "DELETE", path: "messages/out-2" });
    script.answer = (method) => (method === "DELETE" ? { status: 409, body: { code: "not_held" } } : undefined);
    await page.getByRole("button", { name: "取消发送" }).click();
    await page.getByText("消息已发送或正在发送").waitFor();
  });

  it("shows before sending what it will use, and cannot be sent when too little is left", async ({ expect }) => {
    const rows = [row({ n: 0x7f3a, text: "x", left: 1, views: ["mine"] })];
    const { page } = await open({ hash: CHAT, script: { rows } });
    await page.getByLabel("回复内容").fill("您好");
    await page.getByText("用 1 条，发后剩 0 条").waitFor();
    expect(await page.getByRole("button", { name: "发送最后 1 条" }).isEnabled()).toBe(true);
    await page.getByLabel("回复内容").fill("字".repeat(700));
    await page.getByText("只剩 1 条，这段文字要用 2 条").waitFor();
    expect(await page.getByRole("button", { name: "发送最后 1 条" }).isEnabled()).toBe(false);
  });

  it("keeps its text and the cursor when the quota is used up meanwhile, and can then wait", async ({ expect }) => {
    const facts = { n: 0x7f3a, text: "x", views: ["mine"] } as const;
    const { page, push, requests } = await open({ hash: CHAT, script: { rows: [row({ ...facts, left: 1 })] } });
    await page.getByLabel("回复内容").focus();
    await page.keyboard.type("方便发");
    push({ type: "views", epoch: "epoch-2", rev: 9, counts: {}, rows: [row({ ...facts, left: 0 })] });
    await page.getByRole("button", { name: "存为待发" }).waitFor();
    await page.keyboard.type("照片吗？");
    expect(await page.getByLabel("回复内容").inputValue()).toBe("方便发照片吗？");
    await page.keyboard.press("Enter");
    await expect.poll(() => requests.at(-1)?.body).toMatchObject({ hold: true, content: "方便发照片吗？" });
  });
});

describe("a note", () => {
  it("is sent to its own route, and the text of the reply is kept", async ({ expect }) => {
    const { page, requests } = await open({ hash: CHAT });
    await page.getByLabel("回复内容").fill("给用户的");
    await page.getByRole("button", { name: "备注", exact: true }).click();
    const note = page.getByLabel("备注内容");
    expect(await note.inputValue()).toBe("");
    await note.fill("给同事的");
    await note.press("Enter");
    await expect.poll(() => requests.length).toBe(1);
    expect(requests[0]).toMatchObject({
      path: `conversations/${conversationId(0x7f3a)}/notes`,
      body: { log: LOG, text: "给同事的" },
    });
    await page.getByRole("button", { name: "回复", exact: true }).click();
    expect(await page.getByLabel("回复内容").inputValue()).toBe("给用户的");
  });
});

describe("a session", () => {
  it("is taken from the queue with its version, opens, and moves the focus to the composer", async ({ expect }) => {
    const { page, requests } = await open({ hash: "#/queue" });
    await page.getByRole("button", { name: /接入 陈小姐/ }).click();
    await expect.poll(() => requests.length).toBe(1);
    expect(requests[0]).toMatchObject({
      path: `conversations/${conversationId(0x1a2b)}/take`,
      body: { log: LOG, session: 10, version: 3 },
    });
    await page.getByRole("heading", { name: /陈小姐/, level: 2 }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("TEXTAREA");
  });

  it("that another agent took shows that agent", async ({ expect }) => {
    const { page, script, requests } = await open({ hash: "#/queue" });
    script.answer = (_method, path) =>
      path.endsWith("/take") ? { status: 409, body: { code: "taken", assignee: LI, name: "小李" } } : undefined;
    await page.getByRole("button", { name: /接入 陈小姐/ }).click();
    await page.getByText("已由小李接待").waitFor();
    expect(requests).toHaveLength(1);
  });

  it("is transferred with a note, parked, and closed with the newest row seen", async ({ expect }) => {
    const { page, requests, script } = await open({ hash: CHAT });
    await page.getByRole("button", { name: "转接" }).click();
    await page.getByRole("dialog").getByText("小李").click();
    await page.getByLabel("给接手同事的备注（选填）").fill("请查银行回执");
    await page.getByRole("dialog").getByRole("button", { name: "转接" }).click();
    await expect.poll(() => requests.at(-1)?.body).toMatchObject({ to: { agent: LI }, note: "请查银行回执" });
    await page.getByRole("option", { name: /张先生/ }).click();
    await page.getByRole("button", { name: "挂起", exact: true }).click();
    await page.getByRole("button", { name: "2 小时" }).click();
    await expect.poll(() => requests.at(-1)?.path).toMatch(/\/park$/);
    await page.getByRole("option", { name: /张先生/ }).click();
    await page.getByRole("button", { name: "结束", exact: true }).click();
    await page.getByRole("button", { name: "结束会话" }).click();
    await expect
      .poll(() => requests.at(-1))
      .toMatchObject({ path: expect.stringMatching(/\/close$/), body: { seenSeq: script.log.length } });
  });

  it("keeps the dialog with note and reason after a refused transfer; absent agents cannot be chosen", async ({
    expect,
  }) => {
    const { page, script } = await open({ hash: CHAT });
    script.answer = (_method, path) =>
      path.endsWith("/transfer") ? { status: 409, body: { code: "agent_absent", agent: LI } } : undefined;
    await page.getByRole("button", { name: "转接" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("radio", { name: /小林/ }).isDisabled()).toBe(true);
    await dialog.getByText("小李").click();
    await dialog.getByLabel("给接手同事的备注（选填）").fill("请查银行回执");
    await dialog.getByRole("button", { name: "转接", exact: true }).click();
    await dialog.getByRole("alert").getByText("对方现在不接新会话").waitFor();
    expect(await dialog.getByLabel("给接手同事的备注（选填）").inputValue()).toBe("请查银行回执");
  });

  it("of another agent can be read but not answered", async ({ expect }) => {
    const rows = [row({ n: 0x7f3a, text: "x", assignee: LI, views: ["all"] })];
    const { page } = await open({ hash: `#/all/${conversationId(0x7f3a)}`, script: { rows } });
    await page.getByText("由小李接待").last().waitFor();
    expect(await page.getByLabel("回复内容").count()).toBe(0);
    await page.getByRole("button", { name: "写备注" }).click();
    await page.getByLabel("备注内容").waitFor();
    expect(await page.getByRole("button", { name: "结束", exact: true }).count()).toBe(0);
  });

  it("that has ended can be opened again, with the number of the closed one", async ({ expect }) => {
    const log = rowsOf(
      session("opened"),
      session("assigned"),
      said({ type: "text", content: "谢谢" }),
      session("closed", { reason: "agent" }),
    );
    const { page, requests } = await open({ hash: "#/closed", script: { log } });
    await page.getByRole("button", { name: /王女士/ }).click();
    await page.getByRole("button", { name: "重新打开" }).click();
    await expect
      .poll(() => requests.at(-1))
      .toMatchObject({ path: expect.stringMatching(/\/reopen$/), body: { session: 2, version: 4 } });
  });

  it("without sends left takes a message for the user's next one", async ({ expect }) => {
    const { page, requests } = await open({ hash: `#/mine/${conversationId(0xe2a7)}` });
    await page.getByText("5 条已用完").waitFor();
    await page.getByRole("button", { name: "写好，用户再来时发" }).click();
    await expect.poll(() => page.getByLabel("回复内容").evaluate((box) => box === document.activeElement)).toBe(true);
    await page.getByLabel("回复内容").fill("您再来时看到");
    await page.getByRole("button", { name: "存为待发" }).click();
    await expect.poll(() => requests.at(-1)?.body).toMatchObject({ hold: true });
  });
});
