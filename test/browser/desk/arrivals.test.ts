/** What a colleague hands over, against a scripted server: a transferred session is noticed, and its note can be read in clear. */
import { describe, it } from "vitest";
import type { ShownDeskRow } from "../../../shared/api/socket.ts";
import { rowsOf, said, session } from "./sample-log.ts";
import { conversationId, LI, LOG, row, sampleRows } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";
import type { Scripted } from "./scripted.ts";

const { open } = useScriptedPages();

const CHAT = `#/mine/${conversationId(0x7f3a)}`;
const MASKED = "电话 138****8000";
const IN_CLEAR = "电话 13800138000";
const transferred = row({ n: 0x3c3c, name: "孙先生", text: "好的", by: "agent", views: ["mine"] });

/** Sends a change of the lists: the rows, and the counts of `mine`. */
function change({ push }: Scripted, rev: number, upserts: readonly ShownDeskRow[], total: number): void {
  const counts = { mine: { total, unread: 3 } };
  push({ type: "delta", epoch: "epoch-1", from: rev, rev: rev + 1, counts, upserts: [...upserts], removes: [] });
}

describe("a session that a colleague transfers", () => {
  it("is announced, marked in the list and counted in the title until it is opened", async ({ expect }) => {
    const scripted = await open({ hash: CHAT });
    const { page } = scripted;
    await page.getByText("实时").waitFor();
    await expect.poll(() => page.title()).toBe("(3) 客服工作台");
    change(scripted, 2, [transferred], 6);
    await page.getByRole("status").getByText("新分配给您：孙先生").waitFor();
    const marked = page.getByRole("option", { name: /孙先生.*新分配/s });
    await marked.waitFor();
    expect(await page.title()).toBe("(4) 客服工作台");
    // It is marked as new, not as unread: no user wrote.
    expect(await marked.getByText("条未读").count()).toBe(0);
    await page.getByRole("status").getByRole("button", { name: "打开" }).click();
    await page.getByRole("heading", { name: /孙先生/, level: 2 }).waitFor();
    expect(await page.getByText("新分配").count()).toBe(0);
    expect(await page.title()).toBe("(3) 客服工作台");
  });

  it("shows on a phone, over the open conversation and at the way back to the list", async ({ expect }) => {
    const scripted = await open({ hash: CHAT, width: 390, height: 844 });
    const { page } = scripted;
    await page.getByRole("log").waitFor();
    change(scripted, 2, [transferred], 6);
    await page.getByText("新分配给您：孙先生").waitFor();
    // Two others have unread messages.
    expect(await page.getByTitle("返回").locator(".badge").innerText()).toContain("3");
  });

  it("is not announced when the agent took it on this page, also when the frame is first", async ({ expect }) => {
    const scripted = await open({ hash: "#/queue" });
    const { page, script } = scripted;
    const queued = sampleRows().find(({ contact }) => contact.name === "陈小姐");
    if (queued === undefined) throw new Error("no such row");
    const taken = row({ n: 0x1a2b, name: "陈小姐", text: "你好", unread: 1, views: ["mine"] });
    script.answer = (_method, path) => {
      if (path.endsWith("/take")) change(scripted, 2, [taken], 6);
      return undefined;
    };
    await page.getByRole("button", { name: /接入 陈小姐/ }).click();
    await page.getByRole("status").getByText("已接入").waitFor();
    expect(await page.getByText("新分配").count()).toBe(0);
  });
});

describe("masked texts", () => {
  it("are shown in clear for a reason, one row at a time, and the history stays masked", async ({ expect }) => {
    const log = rowsOf(
      session("assigned", { assignee: LI }, MASKED),
      said({ type: "text", content: `${MASKED}，请打给我` }),
    );
    const { page, script, requests } = await open({ hash: CHAT, script: { log } });
    script.answer = (_method, path, body) => {
      if (!path.endsWith("/unmask")) return undefined;
      const { seq } = body as { readonly seq: number };
      return {
        status: 200,
        body: { log: LOG, row: JSON.parse(JSON.stringify(log[seq - 1]).replaceAll(MASKED, IN_CLEAR)) },
      };
    };
    for (const [at, text] of [IN_CLEAR, `${IN_CLEAR}，请打给我`].entries()) {
      await page.getByRole("button", { name: "查看原文" }).nth(at).click();
      const dialog = page.getByRole("dialog", { name: "查看原文" });
      expect(await dialog.getByRole("button", { name: "记录并查看" }).isDisabled()).toBe(true);
      await dialog.getByLabel(/原因/).fill("核对电话");
      await dialog.getByRole("button", { name: "记录并查看" }).click();
      await dialog.getByText(text, { exact: true }).waitFor();
      expect(requests[at]).toMatchObject({ path: `conversations/${conversationId(0x7f3a)}/unmask` });
      expect(requests[at]?.body).toStrictEqual({ log: LOG, seq: at + 1, reason: "核对电话" });
      await dialog.getByRole("button", { name: "关闭" }).click();
      await dialog.waitFor({ state: "detached" });
    }
    expect(await page.getByText(IN_CLEAR).count()).toBe(0);
  });
});

describe("the numbers beside 会话 and beside a user", () => {
  it("say what they count: sessions that need a look, unread messages", async ({ expect }) => {
    const { page } = await open({ hash: CHAT });
    await page.getByText("实时").waitFor();
    expect(await page.getByTitle("3 个会话需要查看").innerText()).toMatch(/^3/);
    expect(await page.getByTitle("4 条未读").innerText()).toBe("4");
  });
});

describe("a reply that failed on the server", () => {
  it("is marked in the list, also while its conversation is not open", async ({ expect }) => {
    const rows = [
      row({ n: 0x7f3a, name: "张先生", text: "您好", by: "agent", views: ["mine"], replyFailed: true }),
      row({ n: 0x5d18, name: "周同学", text: "好的", by: "agent", views: ["mine"] }),
    ];
    const { page } = await open({ script: { rows } });
    await page.getByRole("option", { name: /张先生.*未发出/s }).waitFor();
    expect(await page.getByText("未发出").count()).toBe(1);
  });
});
