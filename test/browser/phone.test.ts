/**
 * What a developer does on the phone page, on a desktop with a mouse: a message from the contact button to the answer,
 * and every kind of message in both directions. Errors of script, network and policy fail the test.
 */
import type { Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { LOCAL_APP } from "../../scripts/lib/stack.ts";
import { bubbles, enter, openidOf, say, sendAsService } from "./actions.ts";
import { DESKTOP, startScene, type Scene } from "./harness.ts";
import { sendRaw, setTyping, upload } from "./wechat-client.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(19_100);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

describe("the page", () => {
  it("shows Chinese and emoji with real fonts", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    const measure = () =>
      page.evaluate(() => {
        const pen = document.createElement("canvas").getContext("2d");
        if (pen === null) return 0;
        pen.font = "40px sans-serif";
        return pen.measureText("发货").width;
      });
    // A box is 24 px wide. With a cold font cache the first browser needs some time to find the fonts.
    await expect.poll(measure, { timeout: 10_000 }).toBe(80);
  });

  it("has a policy that allows nothing from other hosts", async ({ expect }) => {
    const response = await fetch(scene.stack.emulatorUrl);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'; style-src 'self';");
    expect(policy).not.toContain("unsafe");
    expect(await response.text()).not.toMatch(/https?:\/\//);
  });

  it("is Chinese by default, and English after a press of the button and a reload", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("button", { name: "Contact service" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Local WeChat" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });

  it("is light or dark as the system or as chosen", async ({ expect }) => {
    const page = await scene.open({ ...DESKTOP, colorScheme: "dark" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.getByLabel("外观").selectOption("浅色");
    await expect.poll(background).not.toBe(dark);
    const light = await background();
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe(light);
    await page.getByLabel("外观").selectOption("深色");
    await expect.poll(background).toBe(dark);
  });
});

describe("a user", () => {
  it("enters by the contact button, is greeted, writes, and is answered", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await page.getByLabel("session-from").fill("page=order&id=7");
    await enter(page);
    await page.getByText("进入客服会话，来源 page=order&id=7").waitFor();
    await bubbles(page, "theirs").first().waitFor();
    await say(page, "多少钱");
    await bubbles(page, "theirs").nth(1).waitFor();
    expect(await bubbles(page, "theirs").nth(1).textContent()).toContain("价");
  });

  it("writes with Enter, breaks a line with Shift and Enter", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await page.getByLabel("输入消息").pressSequentially("一");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("二");
    await page.keyboard.press("Enter");
    await bubbles(page, "mine").first().waitFor();
    expect(await bubbles(page, "mine").first().textContent()).toBe("一\n二");
  });

  it("keeps a text that the emulator refused, before the text typed since", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    const push = Promise.withResolvers<Route>();
    await page.route("**/_emulator/push", push.resolve);
    await say(page, "在吗，");
    await page.getByLabel("输入消息").pressSequentially("有货吗");
    await (await push.promise).abort();
    await page.getByRole("status").getByText("操作失败").waitFor();
    expect(await page.getByLabel("输入消息").inputValue()).toBe("在吗，有货吗");
    await page.unroute("**/_emulator/push");
    await page.getByRole("button", { name: "发送", exact: true }).click();
    await bubbles(page, "mine").getByText("在吗，有货吗").waitFor();
    expect(await scene.closePages()).toStrictEqual([expect.stringContaining("ERR_FAILED")]);
  });

  it("cannot send a blank text", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await page.getByLabel("输入消息").fill(" \n ");
    await page.getByLabel("输入消息").press("Enter");
    await say(page, "在吗");
    await bubbles(page, "mine").getByText("在吗").waitFor();
    expect(await bubbles(page, "mine").count()).toBe(1);
  });

  it("enters once by a double click, and the next key is handled by the chat", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await page.getByRole("button", { name: "联系客服" }).dblclick();
    await page.getByRole("heading", { name: "客服" }).and(page.locator(":focus")).waitFor();
    await bubbles(page, "theirs").first().waitFor();
    expect(await page.getByText("进入客服会话").count()).toBe(1);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "会话与手动入口" }).and(page.locator(":focus")).waitFor();
  });

  it("picks a face, which is sent as WeChat's code and shown as an emoji", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await page.getByRole("button", { name: "表情", exact: true }).click();
    await page.getByRole("button", { name: "[玫瑰]" }).click();
    expect(await page.getByLabel("输入消息").inputValue()).toBe("[玫瑰]");
    await page.getByRole("button", { name: "发送", exact: true }).click();
    await bubbles(page, "mine").getByRole("img", { name: "[玫瑰]" }).waitFor();
    const { lines } = await scene.stack.control.chat(await openidOf(page));
    expect(lines).toContainEqual(expect.objectContaining({ content: { kind: "text", content: "[玫瑰]" } }));
  });

  it("sends a sample picture and one of a file, and sees both", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await page.getByRole("button", { name: "更多", exact: true }).click();
    await page.getByRole("button", { name: "示例图片" }).click();
    await page.getByRole("img", { name: "我发的图片" }).waitFor();
    await page.getByRole("button", { name: "更多", exact: true }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "图片", exact: true }).click();
    const buffer = await page.screenshot({ clip: { x: 0, y: 0, width: 90, height: 90 } });
    await (await chooser).setFiles({ name: "a.png", mimeType: "image/png", buffer });
    await page.getByRole("img", { name: "我发的图片" }).nth(1).waitFor();

    await expect
      .poll(() =>
        page.locator(".picture img").evaluateAll((all) => all.map((img) => (img as HTMLImageElement).naturalWidth)),
      )
      .toStrictEqual([240, 90]);

    await page.getByRole("button", { name: "我发的图片" }).first().click();
    await page.getByRole("dialog", { name: "我发的图片" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("sends a mini-program card", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await page.getByRole("button", { name: "更多", exact: true }).click();
    await page.getByRole("button", { name: "小程序卡片" }).click();
    await page.getByLabel("卡片标题").fill("我的订单");
    await page.getByLabel("页面路径").fill("pages/order?id=1001");
    await page.getByRole("button", { name: "发送卡片" }).click();
    await page.locator(".mine .mp-card").click();
    await page.getByRole("dialog").getByText("pages/order?id=1001").waitFor();
    const { lines } = await scene.stack.control.chat(await openidOf(page));
    const content = { kind: "miniprogrampage", title: "我的订单", pagePath: "pages/order?id=1001" };
    expect(lines).toContainEqual(expect.objectContaining({ from: "user", content }));
  });

  it("writes text that is never treated as HTML", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    const text = `<img src=x onerror=alert(1)><a href="javascript:alert(1)">x</a>`;
    await say(page, text);
    await bubbles(page, "mine").first().waitFor();
    expect(await bubbles(page, "mine").first().textContent()).toBe(text);
    expect(await page.locator(".mine a, .mine .bubble img").count()).toBe(0);
  });

  it("is one of several: a new one has a separate chat, and both are listed", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await say(page, "第一个");
    await bubbles(page, "mine").first().waitFor();
    const first = await openidOf(page);
    await page.getByRole("button", { name: "返回" }).click();
    await page.getByRole("button", { name: "新用户" }).click();
    await enter(page);
    await page.getByText("进入客服会话").waitFor();
    expect(await bubbles(page, "mine").count()).toBe(0);
    await page.getByRole("button", { name: "返回" }).click();
    await expect.poll(() => page.locator(".session").count()).toBe(2);
    await page.getByRole("button", { name: `用户 ${first.slice(-4)}` }).click();
    await bubbles(page, "mine").getByText("第一个").waitFor();
    await page.reload();
    await bubbles(page, "mine").getByText("第一个").waitFor();
  });
});

describe("an answer", () => {
  it("of every type is shown as a phone shows it", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await say(page, "你好");
    await bubbles(page, "theirs").nth(1).waitFor();
    const openid = await openidOf(page);
    const { appid } = LOCAL_APP;
    const anchor = `<a href="https://shop.example/1" data-miniprogram-appid="${appid}" data-miniprogram-path="pages/o?id=1">我的订单</a>`;
    await sendAsService(scene.stack, openid, { type: "text", content: `看 ${anchor} 或 https://shop.example/help` });
    await page.getByRole("button", { name: "我的订单" }).click();
    await page.getByRole("dialog").getByText("pages/o?id=1").waitFor();
    await page.getByRole("button", { name: "关闭" }).click();
    const plain = page.getByRole("link", { name: "https://shop.example/help" });
    expect(await plain.getAttribute("href")).toBe("https://shop.example/help");
    expect(await plain.getAttribute("rel")).toContain("noopener");

    const link = {
      type: "link",
      title: "退货说明",
      description: "七天内",
      url: "https://shop.example/r",
      thumbUrl: "https://shop.example/t.png",
    };
    await sendAsService(scene.stack, openid, link);
    const card = page.locator("a.link-card");
    await card.getByText("退货说明").waitFor();
    expect(await card.getAttribute("href")).toBe("https://shop.example/r");
  });

  it("generated by AI has the label; a picture and a card are loaded as media", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await say(page, "你好");
    await bubbles(page, "theirs").nth(1).waitFor();
    const openid = await openidOf(page);
    const mediaId = await upload(
      scene.stack.emulatorUrl,
      await page.screenshot({ clip: { x: 0, y: 0, width: 64, height: 48 } }),
    );
    const send = (body: object) => sendRaw(scene.stack.emulatorUrl, { touser: openid, ...body });
    await send({ msgtype: "image", image: { media_id: mediaId } });
    await page.getByRole("img", { name: "客服发的图片" }).waitFor();
    await send({
      msgtype: "miniprogrampage",
      miniprogrampage: { title: "抱枕", pagepath: "pages/g", thumb_media_id: mediaId },
    });
    await page.locator(".theirs .mp-card").click();
    await page.getByRole("dialog").getByText("pages/g").waitFor();
    await page.keyboard.press("Escape");
    await send({ msgtype: "text", text: { content: "由模型写" }, aimsgcontext: { is_ai_msg: 1 } });
    await page.getByText("内容由第三方AI生成").waitFor();
    expect(await page.locator(".ai-label").count()).toBe(1);
  });

  it("on its way is shown as typing", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await say(page, "你好");
    await bubbles(page, "theirs").nth(1).waitFor();
    await setTyping(scene.stack.emulatorUrl, await openidOf(page), "Typing");
    await page.getByRole("heading", { name: "对方正在输入…" }).waitFor();
    await page.getByRole("img", { name: "对方正在输入…" }).waitFor();
    await setTyping(scene.stack.emulatorUrl, await openidOf(page), "CancelTyping");
    await page.getByRole("heading", { name: "客服", exact: true }).waitFor();
    expect(await page.locator(".dots").count()).toBe(0);
  });

  it("of a human agent is shown as the agent's, and the chat shows who handles it", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await say(page, "人工");
    await page.getByText("等待人工客服接入").waitFor();
    await page.getByRole("tab", { name: "状态" }).click();
    await page.getByLabel("接入时发送").fill("我来了");
    await page.getByRole("switch", { name: "人工客服在线" }).click();
    await bubbles(page, "theirs").getByText("我来了").waitFor();
    await page.getByText("人工客服接待中").waitFor();
    await page.getByRole("button", { name: "结束人工会话" }).click();
    await page.getByText("人工客服接待中").waitFor({ state: "detached" });
    expect((await scene.stack.control.chat(await openidOf(page))).session).toBe("none");
  });
});
