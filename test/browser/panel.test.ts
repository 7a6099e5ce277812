/**
 * The developer panel beside the phone: the traffic, the records, and every fault that can be set, with the real
 * worker.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { LOCAL_APP } from "../../scripts/lib/stack.ts";
import { bubbles, enter, openidOf, say } from "./actions.ts";
import { DESKTOP, startScene, type Scene } from "./harness.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(19_200);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

/** Opens a page on which a user enters the chat, is greeted, writes and gets an answer. */
async function answered(text = "多少钱"): Promise<Page> {
  const page = await scene.open(DESKTOP);
  await enter(page);
  await bubbles(page, "theirs").first().waitFor();
  await say(page, text);
  await bubbles(page, "theirs").nth(1).waitFor();
  return page;
}

const tab = (page: Page, name: string) => page.getByRole("tab", { name }).click();
const record = (page: Page, text: string) => page.locator(".record").filter({ hasText: text });
const toggle = (page: Page, name: string) => page.getByRole("switch", { name });

describe("the records", () => {
  it("show a push with its headers, encrypted and plain, its answer and verdict", async ({ expect }) => {
    const page = await answered();
    const push = record(page, "PUSH").filter({ hasText: "text" }).first();
    await push.click();
    // The answer may be in the chat before the push is acknowledged.
    await expect.poll(() => push.textContent()).toMatch(/success.*\d+ ms/);
    const detail = page.locator(".record-detail");
    await detail.getByText("请求头").click();
    await detail.getByText("content-type: text/xml").waitFor();
    const codes = () => detail.locator(".code").allTextContents();
    await expect.poll(codes).toContain("success");
    const shown = await codes();
    expect(shown.some((code) => code.includes("<Content><![CDATA[多少钱]]></Content>"))).toBe(true);
    expect(shown.some((code) => code.includes("<Encrypt><![CDATA["))).toBe(true);
    expect(shown.some((code) => code.includes("msg_signature="))).toBe(true);
  });

  it("show an API call with its bodies, and the token masked until it is revealed", async ({ expect }) => {
    const page = await answered();
    await record(page, "custom/send").first().click();
    const detail = page.locator(".record-detail");
    expect(await detail.textContent()).toMatch(/access_token=.{4}••••••••/);
    await page.getByLabel("显示密钥").check();
    expect(await detail.textContent()).toMatch(/access_token=[\w-]{64,}/);
    const codes = async () => (await detail.locator(".code").allTextContents()).join("\n");
    await expect.poll(codes).toContain(`"errcode": 0`);
    expect(await codes()).toContain(`"touser": "o`);
  });

  it("are filtered by kind and by user", async ({ expect }) => {
    await scene.stack.control.text("oSomebodyElse", "地址");
    const page = await answered();
    await page.getByRole("button", { name: "推送", exact: true }).click();
    await expect.poll(() => record(page, "PUSH").count()).toBe(3);
    expect(await record(page, "API").count()).toBe(0);
    await page.getByLabel("只看此用户").check();
    expect(await record(page, "PUSH").count()).toBe(2);
    await page.getByRole("button", { name: "接口调用" }).click();
    expect(await record(page, "PUSH").count()).toBe(0);
    expect(await record(page, "custom/send").count()).toBeGreaterThan(1);
  });

  it("show the selected filter in the dark appearance, too", async ({ expect }) => {
    const page = await scene.open({ ...DESKTOP, colorScheme: "dark" });
    const lightness = (selector: string) =>
      page.locator(selector).evaluate((box) => {
        const [red = 0, green = 0, blue = 0] = (getComputedStyle(box).backgroundColor.match(/\d+/g) ?? []).map(
          (part) => {
            const share = Number(part) / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          },
        );
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
      });
    const picked = await lightness(`.segments [aria-pressed="true"]`);
    expect(picked / (await lightness(".segments"))).toBeGreaterThan(3);
  });

  it.for([900, 1100])("keep the path of a call on one line in a window %i pixels wide", async (width, { expect }) => {
    const page = await scene.open({ viewport: { width, height: 700 } });
    await enter(page);
    const label = record(page, "custom/send").first().locator(".record-label");
    await label.waitFor();
    // The path, and what was sent: two lines of 20 pixels.
    expect(await label.evaluate((box) => box.clientHeight)).toBeLessThan(45);
  });

  it("are copied as curl, and delivered again without a second answer", async ({ expect }) => {
    const page = await answered();
    const pushes = record(page, "PUSH").filter({ hasText: "text" });
    await pushes.first().click();
    await page.getByRole("button", { name: "复制为 curl" }).click();
    await page.getByRole("status").getByText("已复制").waitFor();
    const curl = await page.evaluate(() => navigator.clipboard.readText());
    expect(curl).toContain("curl -i -X POST 'http://127.0.0.1:");
    expect(curl).toContain("--data-raw '<xml><ToUserName>");
    await page.getByRole("button", { name: "重发这条推送" }).click();
    await expect.poll(() => pushes.filter({ hasText: "success" }).count()).toBe(2);
    expect(await bubbles(page, "theirs").count()).toBe(2);
  });
});

describe("a tab", () => {
  it("opens at its top, regardless of the scroll position of the previous one", async ({ expect }) => {
    const page = await scene.open({ viewport: { width: 1280, height: 400 } });
    await enter(page);
    for (const text of ["一", "二", "三", "四"]) await scene.stack.control.text(await openidOf(page), text);
    await expect.poll(() => page.locator(".record").count()).toBeGreaterThan(8);
    const top = () => page.getByRole("tabpanel").evaluate((box) => box.scrollTop);
    await page.getByRole("tabpanel").evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    expect(await top()).toBeGreaterThan(0);
    await tab(page, "平台");
    expect(await top()).toBe(0);
  });
});

describe("faults", () => {
  it("show the user the platform's error line while the push URL has no server", async ({ expect }) => {
    const page = await answered();
    await tab(page, "故障");
    await toggle(page, "推送地址不可达").click();
    await expect.poll(() => toggle(page, "推送地址不可达").isChecked()).toBe(true);
    await say(page, "在吗");
    await page.getByText("该小程序提供的服务出现故障，请稍后再试").waitFor();
    await page.reload();
    await tab(page, "故障");
    await toggle(page, "推送地址不可达").click();
    await expect.poll(() => toggle(page, "推送地址不可达").isChecked()).toBe(false);
    await say(page, "地址");
    await bubbles(page, "theirs").nth(2).waitFor();
  });

  it("of every kind are added, listed and cleared", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await tab(page, "故障");
    const kinds = await page.getByRole("combobox", { name: "故障" }).locator("option").allTextContents();
    await page.getByRole("combobox", { name: "次数" }).selectOption("3 次");
    for (const [index, kind] of kinds.entries()) {
      await page.getByRole("combobox", { name: "故障" }).selectOption(kind);
      await page.getByRole("button", { name: "添加故障" }).click();
      await expect.poll(() => page.locator(".chips li").allTextContents()).toHaveLength(index + 1);
    }
    const chips = await page.locator(".chips li").allTextContents();
    expect(chips).toStrictEqual(kinds.map((kind) => `${kind} · 发消息 · ×3`));
    await page.getByRole("button", { name: "全部清除" }).click();
    await page.getByText("没有故障").waitFor();
    expect((await scene.stack.control.state()).faults).toStrictEqual([]);
  });
});

describe("the state view", () => {
  it("shows the remaining sends of both grants, which expire by the clock", async ({ expect }) => {
    const page = await answered();
    await tab(page, "状态");
    await page.getByText(/剩余 4\/5，至/).waitFor();
    await page.getByText(/剩余 0\/2，至/).waitFor();
    await page.getByRole("button", { name: "前进 1 分钟" }).click();
    await page.getByText("60 s", { exact: true }).waitFor();
    await page.getByText(/剩余 0\/2/).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "前进 48 小时" }).click();
    await page.getByText(/剩余 4\/5/).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "回到现在" }).click();
    await page.getByText(/剩余 4\/5/).waitFor();
    expect((await scene.stack.control.state()).clock.offsetMs).toBe(0);
  });

  it("shows the token masked, and its state after it is invalidated", async ({ expect }) => {
    const page = await answered();
    await tab(page, "状态");
    await page.locator(".token").getByText("有效").waitFor();
    expect(await page.locator(".token code").textContent()).toMatch(/^.{4}•{8}$/);
    await page.getByRole("button", { name: "使 access_token 失效" }).click();
    await page.locator(".token").getByText("已失效").waitFor();
    await say(page, "地址");
    await bubbles(page, "theirs").nth(2).waitFor();
    await page.locator(".token").getByText("有效").waitFor();
    await page.getByLabel("显示密钥").check();
    expect(await page.locator(".token code").textContent()).toMatch(/^[\w-]{64,}$/);
  });
});

describe("the platform", () => {
  it("sends every switch and number to the emulator", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await tab(page, "平台");
    const names = [
      "响应状态不是 200",
      "重试时 CreateTime",
      "重试沿用",
      "文本上限按字符计算",
      "再次进入会话会补满额度",
      "IP 不在白名单",
    ];
    for (const name of names) await toggle(page, name).click();
    const numbers = { 推送重试次数: "1", 接口延迟: "20", 推送超时: "4000", 推送签名的时间: "60" };
    for (const [name, value] of Object.entries(numbers)) await page.getByLabel(name).fill(value);
    await page.keyboard.press("Enter");
    const wanted = {
      retryNon200: false,
      retryCreateTime: "new",
      retrySignature: "same",
      signatureAgeS: 60,
      textUnit: "characters",
      enterRefills: true,
      ipWhitelist: true,
      retries: 1,
      latencyMs: 20,
      pushTimeoutMs: 4_000,
    };
    await expect.poll(async () => (await scene.stack.control.state()).switches).toMatchObject(wanted);
  });

  it("pushes in the mode and format of the console, verifies the URL, and masks secrets", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await tab(page, "平台");
    expect(await page.locator(".secrets").textContent()).not.toContain(LOCAL_APP.secret);
    await page.getByLabel("显示密钥").check();
    expect(await page.locator(".secrets").textContent()).toContain(LOCAL_APP.aesKey);
    await page.getByRole("button", { name: "验证消息推送 URL" }).click();
    await page.getByRole("status").getByText("验证通过").waitFor();
    await page.getByLabel("数据格式").selectOption("JSON");
    await expect.poll(async () => (await scene.stack.control.state()).apps[0]?.format).toBe("json");
    await enter(page);
    await bubbles(page, "theirs").first().waitFor();
    await tab(page, "记录");
    await record(page, "GET echostr").filter({ hasText: "echoed" }).waitFor();
    await record(page, "user_enter_tempsession").click();
    await page.locator(".record-detail").getByText(`"Encrypt": "`).waitFor();
    await scene.stack.control.app({ appid: LOCAL_APP.appid, format: "xml" });
  });

  it("keeps a push URL that is typed at the moment when the view opens", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await page.getByRole("tab", { name: "平台" }).waitFor();
    // Everything in one task of the page, before it has rendered the view and run its effects.
    await page.evaluate(async () => {
      document.querySelector<HTMLElement>("#tab-platform")?.click();
      await Promise.resolve();
      const labels = [...document.querySelectorAll("label")];
      const input = labels.find((label) => label.textContent === "消息推送 URL")?.querySelector("input");
      if (!input) throw new Error("the view is not rendered");
      input.value = "https://typed.example/wechat";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await page.getByRole("switch", { name: "响应状态不是 200" }).click();
    await expect.poll(async () => (await scene.stack.control.state()).switches.retryNon200).toBe(false);
    expect(await page.getByLabel("消息推送 URL").inputValue()).toBe("https://typed.example/wechat");
  });

  it("shows the emulator's refusal", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await tab(page, "平台");
    await page.getByLabel("消息推送 URL").fill("ftp://nowhere");
    await page.getByRole("button", { name: "验证消息推送 URL" }).click();
    await page.getByRole("status").getByText("操作失败").waitFor();
    await page.getByLabel("消息推送 URL").fill(`${scene.stack.workerUrl}/wechat/mesage`);
    await page.getByRole("button", { name: "验证消息推送 URL" }).click();
    await page.getByRole("status").getByText("验证失败 (404)").waitFor();
    // As in the console: a URL that does not return the echo is not saved, and the input can be corrected.
    expect((await scene.stack.control.state()).apps[0]?.pushUrl).toBe(`${scene.stack.workerUrl}/wechat/message`);
    expect(await page.getByLabel("消息推送 URL").inputValue()).toMatch(/mesage$/);
    expect(await scene.closePages()).toStrictEqual([expect.stringContaining("400 (Bad Request)")]);
  });
});

describe("colours forced by the system", () => {
  it("show the switches, their state, and the open tab", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await page.emulateMedia({ forcedColors: "active" });
    await tab(page, "故障");
    const styleOf = (selector: string, name: string, pseudo = "") =>
      page.evaluate(
        ([where, what, part]) =>
          getComputedStyle(document.querySelector(where ?? "") ?? document.body, part).getPropertyValue(what ?? ""),
        [selector, name, pseudo],
      );
    const open = await styleOf("#tab-faults", "border-bottom-color");
    expect(await styleOf("#tab-account", "border-bottom-color")).toBe(
      await styleOf("#tab-platform", "border-bottom-color"),
    );
    expect(await styleOf("#tab-account", "border-bottom-color")).not.toBe(open);
    const ground = await styleOf("body", "background-color");
    expect(await styleOf(".toggle input", "border-bottom-color")).not.toBe(ground);
    const off = await styleOf(".toggle input", "background-color");
    const knob = await styleOf(".toggle input", "background-color", "::after");
    expect(knob).not.toBe(off);
    await toggle(page, "微信接口无响应").click();
    await expect.poll(() => styleOf(".toggle input", "background-color")).not.toBe(off);
  });
});

describe("reset", () => {
  it("asks for confirmation, then clears chats, records, faults and switches", async ({ expect }) => {
    const page = await answered();
    await scene.stack.control.fault({ fault: "dead", times: 1 });
    await page.getByRole("button", { name: "全部重置" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "取消" }).click();
    expect(await bubbles(page, "mine").count()).toBe(1);
    await page.getByRole("button", { name: "全部重置" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "全部重置" }).click();
    // The phone is reset: its mini program starts at its first page.
    await page.frameLocator("iframe").getByRole("button", { name: "联系客服" }).waitFor();
    await page.getByRole("button", { name: "会话列表与手动入口" }).click();
    await page.getByText("还没有会话").waitFor();
    await page.getByText("暂无记录").waitFor();
    expect((await scene.stack.control.state()).users).toStrictEqual([]);
  });
});

describe("a page of another origin", () => {
  it("cannot control the emulator", async ({ expect }) => {
    const headers = { origin: "https://elsewhere.example", "content-type": "text/plain" };
    const response = await fetch(`${scene.stack.emulatorUrl}/_emulator/reset`, { method: "POST", headers, body: "{}" });
    expect(response.status).toBe(403);
  });
});
