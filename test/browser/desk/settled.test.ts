/** What the page does once the server has a message, and what it reports again on a new connection. */
import { describe, it } from "vitest";
import { rowsOf, said, sent } from "./sample-log.ts";
import { conversationId, LOG, row } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";

const { open } = useScriptedPages();

const CONVERSATION = conversationId(0x7f3a);
const CHAT = `#/mine/${CONVERSATION}`;

describe("a reply that the server has", () => {
  it("removes its draft there at once, so that it does not return as an unsent text", async ({ expect }) => {
    const { page, frames, requests } = await open({ hash: CHAT });
    await page.getByLabel("回复内容").fill("您好");
    // From here on time stands still, so the pause after which drafts are saved does not end.
    await page.clock.install();
    await page.getByLabel("回复内容").press("Enter");
    await page.clock.fastForward(3_000);
    await expect.poll(() => requests.length).toBe(1);
    await expect.poll(() => frames.at(-1)).toMatchObject({ type: "draft", conversation: CONVERSATION, draft: null });
  });

  it("is shown once when the agent comes back to its conversation", async ({ expect }) => {
    const { page, script, requests } = await open({ hash: CHAT });
    script.answer = (_method, path) =>
      path.endsWith("/replies") ? { status: 202, body: { id: "out-2", state: "queued" } } : undefined;
    await page.getByLabel("回复内容").fill("马上查");
    await page.getByLabel("回复内容").press("Enter");
    await page.evaluate((hash) => (location.hash = hash), `#/mine/${conversationId(0xe2a7)}`);
    await expect.poll(() => requests.length).toBe(1);
    script.log = rowsOf(said({ type: "text", content: "在吗" }), sent({ type: "text", content: "马上查" }));
    await page.goBack();
    await page.getByText("马上查", { exact: true }).first().waitFor();
    await expect.poll(() => page.getByText("马上查", { exact: true }).count()).toBe(1);
  });
});

describe("what the agent has read", () => {
  it("is reported again on a new connection, because the old one may have broken before", async ({ expect }) => {
    const rows = [row({ n: 0x7f3a, text: "在吗", unread: 1, views: ["mine"] })];
    const { page, frames, cut } = await open({ hash: CHAT, script: { rows } });
    const reports = () => frames.filter(({ type }) => type === "seen").length;
    await page.bringToFront();
    await expect.poll(reports).toBe(1);
    await cut();
    await expect.poll(() => frames.filter(({ type }) => type === "hello").length).toBe(2);
    await expect.poll(reports).toBe(2);
  });
});

describe("a conversation that is open in a page that was hidden", () => {
  it("is not reported as viewed until the page is shown again, also on a new connection", async ({ expect }) => {
    const { page, frames, cut } = await open({ hash: CHAT });
    const views = () => frames.flatMap(({ type }) => (type === "open" || type === "shut" ? [type] : []));
    const show = (state: "visible" | "hidden") =>
      page.evaluate((value) => {
        Object.defineProperty(document, "visibilityState", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    await expect.poll(views).toStrictEqual(["open"]);
    await show("hidden");
    await expect.poll(views).toStrictEqual(["open", "shut"]);
    await cut();
    await expect.poll(() => frames.filter(({ type }) => type === "hello").length).toBe(2);
    await show("visible");
    await expect.poll(views).toStrictEqual(["open", "shut", "open"]);
  });
});

describe("a conversation that is erased", () => {
  const GONE = { status: 410, body: { code: "gone" } };

  it.for([
    ["while it is open", { log: "erased", from: 0, to: 0 }],
    ["while the page was away, when rows are read again", { log: LOG, from: 9_000, to: 9_000 }],
  ] as const)("%s does not stay on the page", async ([_when, position], { expect }) => {
    const { page, script, push } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    script.answer = (method, path) => (method === "GET" && path.includes("/messages") ? GONE : undefined);
    push({ type: "rows", conversation: CONVERSATION, ...position, rows: [] });
    await page.getByRole("heading", { name: "对话已删除" }).waitFor();
    expect(await page.locator(".message").count()).toBe(0);
  });

  it("is read again when the user writes again", async ({ expect }) => {
    const { page, script, push } = await open({ hash: CHAT });
    await page.getByText("在吗", { exact: true }).waitFor();
    script.answer = (method, path) => (method === "GET" && path.includes("/messages") ? GONE : undefined);
    push({ type: "rows", conversation: CONVERSATION, log: "erased", from: 0, to: 0, rows: [] });
    await page.getByRole("heading", { name: "对话已删除" }).waitFor();
    const log = "2-0badcafe";
    const rows = rowsOf(said({ type: "text", content: "我又来了" }));
    script.answer = (method, path) =>
      method === "GET" && path.includes("/messages") ? { status: 200, body: { log, rows, next: 1 } } : undefined;
    const listed = { ...row({ n: 0x7f3a, text: "我又来了", views: ["mine"] }), log };
    push({ type: "views", epoch: "epoch-2", rev: 9, counts: {}, rows: [listed] });
    await page.locator(".message").getByText("我又来了").waitFor();
    expect(await page.getByRole("heading", { name: "对话已删除" }).count()).toBe(0);
  });
});
