/** Texts with masks on the page: the text that was written is shown for a reason, and a masked text is never sent. */
import { describe, it } from "vitest";
import { outcome, rowsOf, said, sent, session } from "./sample-log.ts";
import { conversationId, LOG } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

const CONVERSATION = conversationId(0x7f3a);
const CHAT = `#/mine/${CONVERSATION}`;

describe("a message that was not sent", () => {
  it("is not offered to be sent again as it is shown when it has masks", async ({ expect }) => {
    const refused = { reason: "rejected", code: "45047" };
    const log = rowsOf(
      said({ type: "text", content: "在吗" }),
      sent({ type: "text", content: "请打 138****8000" }),
      outcome(2, "failed", refused),
      sent({ type: "text", content: "已发货" }),
      outcome(4, "failed", refused),
      sent({ type: "text", content: "请回 139****8000" }),
      outcome(6, "failed", { reason: "quota_used" }),
    );
    const { page, requests } = await open({ hash: CHAT, script: { log } });
    const message = (text: string) => page.getByRole("article").filter({ hasText: text });
    await message("已发货").getByRole("button", { name: "再发一次" }).click();
    await expect.poll(() => requests.at(-1)?.body).toMatchObject({ content: "已发货" });
    await message("138****8000")
      .getByText(/没有发出/)
      .waitFor();
    await message("139****8000")
      .getByText(/没有发出/)
      .waitFor();
    for (const masked of ["138****8000", "139****8000"])
      for (const name of ["再发一次", "等用户下次发消息时发出", "复制"])
        expect(await message(masked).getByRole("button", { name }).count()).toBe(0);
    expect(await message("138****8000").getByRole("button", { name: "查看原文" }).count()).toBe(1);
  });
});

describe("the note of a transfer", () => {
  it("is shown in clear for a reason, like any other row with masks", async ({ expect }) => {
    const transfer = session("assigned", {}, "请回电 138****8000");
    const [row] = rowsOf(session("assigned", {}, "请回电 13800138000"));
    const { page, requests, script } = await open({ hash: CHAT, script: { log: rowsOf(transfer) } });
    script.answer = (_method, path) =>
      path.endsWith("/unmask") ? { status: 200, body: { log: LOG, row } } : undefined;
    await page.getByRole("note").getByRole("button", { name: "查看原文" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "核对联系电话" }).click();
    expect(await dialog.getByRole("textbox").inputValue()).toBe("核对联系电话");
    await dialog.getByRole("textbox").fill("用户要求回电");
    await dialog.getByRole("button", { name: "记录并查看" }).click();
    await dialog.getByText("请回电 13800138000").waitFor();
    expect(requests.at(-1)).toMatchObject({
      path: `conversations/${CONVERSATION}/unmask`,
      body: { log: LOG, seq: 1, reason: "用户要求回电" },
    });
  });
});
