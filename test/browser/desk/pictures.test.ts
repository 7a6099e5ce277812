/**
 * Pictures at the desk, against a scripted server: chosen, pasted and dropped; failures in words; those that have
 * expired.
 */
import type { Page } from "playwright-core";
import { beforeEach, describe, it } from "vitest";
import { rowsOf, said } from "./sample-log.ts";
import { conversationId } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";
import type { Scripted } from "./scripted.ts";

const { server, open: openPage } = useScriptedPages();
beforeEach(() => {
  server().uploads.length = 0;
});

const open = (options: Parameters<typeof openPage>[0] = {}) => openPage({ hash: CHAT, ...options });

const ID = conversationId(0x7f3a);
const CHAT = `#/mine/${ID}`;

/** Draws a picture of noise, which can hardly be compressed. @returns its bytes as base64 */
function draw(page: Page, type: string, width: number, height: number): Promise<string> {
  return page.evaluate(
    ({ type, width, height }) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const pen = canvas.getContext("2d");
      if (pen === null) throw new Error("no canvas");
      const image = pen.createImageData(width, height);
      // A call returns at most 65 536 random bytes.
      for (let at = 0; at < image.data.length; at += 65_536) {
        crypto.getRandomValues(image.data.subarray(at, at + 65_536));
      }
      pen.putImageData(image, 0, 0);
      return canvas.toDataURL(type).split(",")[1] ?? "";
    },
    { type, width, height },
  );
}

/** Inserts an Exif segment with a GPS position into a JPEG, as cameras do. */
function withPlace(jpeg: Buffer): Buffer {
  const content = Buffer.from("Exif\0\0GPS 31.2304 121.4737");
  const length = Buffer.from([0xff, 0xe1, 0, content.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), length, content, jpeg.subarray(2)]);
}

/** Passes files, and a text, to the page by a paste or a drop. @returns whether the browser handles the event itself */
function hand(
  page: Page,
  how: "paste" | "drop",
  files: readonly { readonly type: string; readonly data: string }[],
  text = "",
) {
  return page.evaluate(
    ({ how, files, text }) => {
      const data = new DataTransfer();
      if (text !== "") data.setData("text/plain", text);
      for (const { type, data: base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        data.items.add(new File([bytes], "a file", { type }));
      }
      const options = { bubbles: true, cancelable: true };
      const event =
        how === "paste"
          ? new ClipboardEvent("paste", { ...options, clipboardData: data })
          : new DragEvent("drop", { ...options, dataTransfer: data });
      return document.querySelector(how === "paste" ? "textarea" : ".log")?.dispatchEvent(event);
    },
    { how, files, text },
  );
}

/** Returns the replies that the server received. */
function replies({ requests }: Scripted) {
  return requests.filter(({ path }) => path === `conversations/${ID}/replies`);
}

function choose(page: Page, ...files: readonly Buffer[]): Promise<void> {
  const chosen = files.map((buffer) => ({ name: "a.png", mimeType: "image/png", buffer }));
  return page.locator("input[type=file]").setInputFiles(chosen);
}

describe("a picture", () => {
  it("is chosen, pasted or dropped, uploaded for the conversation, and sent with its id", async ({ expect }) => {
    const scripted = await open();
    const { page, requests } = scripted;
    const png = await draw(page, "image/png", 20, 10);
    await choose(page, Buffer.from(png, "base64"), Buffer.from(png, "base64"));
    await hand(page, "paste", [{ type: "image/png", data: png }]);
    await hand(page, "drop", [{ type: "image/png", data: png }]);
    await expect.poll(() => replies(scripted).length, { timeout: 30_000 }).toBe(4);
    expect(replies(scripted).map(({ body }) => body)).toMatchObject(
      ["media-1", "media-2", "media-3", "media-4"].map((mediaId) => ({ type: "image", mediaId })),
    );
    expect(new Set(replies(scripted).map(({ key }) => key)).size).toBe(4);
    expect(requests.filter(({ path }) => path.endsWith("media")).map(({ path }) => path)).toStrictEqual(
      Array(4).fill(`conversations/${ID}/media`),
    );
  });

  it("is not pasted when the clipboard also has a text, as from a spreadsheet; the name of a copied file does not count as a text", async ({
    expect,
  }) => {
    const scripted = await open();
    const { page } = scripted;
    const png = [{ type: "image/png", data: await draw(page, "image/png", 20, 10) }];
    await page.getByLabel("回复内容").waitFor();
    expect(await hand(page, "paste", png, "订单\t金额\n1001\t128")).toBe(true);
    expect(await hand(page, "paste", png, "a file")).toBe(false);
    await expect.poll(() => replies(scripted).length, { timeout: 30_000 }).toBe(1);
    expect(server().uploads).toHaveLength(1);
  });

  it("loses the place a camera wrote, and is made small enough", async ({ expect }) => {
    const { page } = await open();
    const photo = withPlace(Buffer.from(await draw(page, "image/jpeg", 2_400, 1_200), "base64"));
    expect(photo.length).toBeGreaterThan(2 * 1024 * 1024);
    await choose(page, photo);
    await expect.poll(() => server().uploads.length, { timeout: 30_000 }).toBe(1);
    const [sent] = server().uploads;
    expect(sent?.type).toBe("image/jpeg");
    expect(sent?.bytes.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect([...(sent?.bytes.subarray(0, 3) ?? [])]).toStrictEqual([0xff, 0xd8, 0xff]);
    expect(sent?.bytes.includes("GPS")).toBe(false);
    expect(sent?.bytes.includes("Exif")).toBe(false);
  });

  it("of a type that WeChat does not accept is made a JPEG; what is no picture is refused in words", async ({
    expect,
  }) => {
    const { page } = await open();
    await choose(page, Buffer.from(await draw(page, "image/webp", 20, 10), "base64"));
    await expect.poll(() => server().uploads[0]?.type, { timeout: 30_000 }).toBe("image/jpeg");
    await choose(page, Buffer.from("<script>"));
    await page.getByText("这不是可以发送的图片").waitFor();
    expect(server().uploads).toHaveLength(1);
  });

  it("is shown while it waits, with how much is uploaded", async ({ expect }) => {
    const { page } = await open();
    const session = await page.context().newCDPSession(page);
    const photo = Buffer.from(await draw(page, "image/jpeg", 1_000, 800), "base64");
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 300_000,
    });
    await choose(page, photo);
    const preview = page.locator(".picture-preview canvas");
    await preview.waitFor();
    await expect.poll(() => preview.evaluate((canvas) => (canvas as HTMLCanvasElement).width)).toBe(220);
    await page.getByRole("progressbar", { name: "正在上传图片" }).waitFor();
    await expect.poll(() => server().uploads.length, { timeout: 30_000 }).toBe(1);
  });

  it("that got no answer is not uploaded again, and is repeated with the same id", async ({ expect }) => {
    const scripted = await open();
    const { page, script } = scripted;
    script.answer = (_method, path) =>
      path.endsWith("/replies") && replies(scripted).length === 1
        ? { status: 503, body: { code: "try_again" } }
        : undefined;
    await choose(page, Buffer.from(await draw(page, "image/png", 20, 10), "base64"));
    await expect.poll(() => replies(scripted).length, { timeout: 30_000 }).toBe(2);
    const [first, second] = replies(scripted);
    expect(second).toStrictEqual(first);
    expect(server().uploads).toHaveLength(1);
  });

  it("that WeChat refuses says why, and is sent when the agent tries again", async ({ expect }) => {
    const scripted = await open();
    const { page, script } = scripted;
    script.answer = (_method, path) =>
      path.endsWith("/media") ? { status: 502, body: { code: "channel_refused", platformCode: "40009" } } : undefined;
    await choose(page, Buffer.from(await draw(page, "image/png", 20, 10), "base64"));
    await page.getByText("没有发出：微信错误码 40009").waitFor();
    expect(replies(scripted)).toStrictEqual([]);
    script.answer = () => undefined;
    await page.getByRole("button", { name: "重试" }).click();
    await expect.poll(() => replies(scripted).length, { timeout: 30_000 }).toBe(1);
  });

  it("is not uploaded for ever when WeChat cannot be reached: three times, then the agent decides", async ({
    expect,
  }) => {
    const { page, script, requests } = await open();
    script.answer = (_method, path) =>
      path.endsWith("/media") ? { status: 502, body: { code: "channel_unreachable" } } : undefined;
    await choose(page, Buffer.from(await draw(page, "image/png", 20, 10), "base64"));
    await page.getByText("没有发出：无法连接微信").waitFor();
    expect(requests.filter(({ path }) => path.endsWith("/media"))).toHaveLength(3);
    await page.locator(".outcome.bad").getByRole("button", { name: "删除" }).click();
    expect(await page.locator(".picture-preview").count()).toBe(0);
  });

  it("cannot become part of a note, and says so", async ({ expect }) => {
    const { page, requests } = await open();
    const png = await draw(page, "image/png", 20, 10);
    await page.getByRole("button", { name: "备注", exact: true }).click();
    for (const how of ["paste", "drop"] as const) {
      await hand(page, how, [{ type: "image/png", data: png }]);
      await page.getByText("图片只能在回复中发送").first().waitFor();
    }
    expect(await page.locator("input[type=file]").count()).toBe(0);
    expect(requests).toStrictEqual([]);
  });

  it("can wait for the user's next message", async ({ expect }) => {
    const { page, requests } = await open({ hash: `#/mine/${conversationId(0xe2a7)}` });
    await page.getByRole("button", { name: "写好，用户再来时发" }).click();
    await choose(page, Buffer.from(await draw(page, "image/png", 20, 10), "base64"));
    await expect.poll(() => requests.at(-1)?.body, { timeout: 30_000 }).toMatchObject({ type: "image", hold: true });
  });
});

describe("a picture that does not load", () => {
  it("is named in words: expired, not allowed, or one to try again", async ({ expect }) => {
    const problems: Readonly<Record<string, { readonly status: number; readonly body: unknown }>> = {
      expired: { status: 404, body: { code: "media_not_found", platformCode: "40007" } },
      foreign: { status: 403, body: { code: "forbidden" } },
      broken: { status: 502, body: { code: "channel_unreachable" } },
    };
    const ids = Object.keys(problems);
    const { page, script } = await open({
      script: {
        log: rowsOf(...ids.map((mediaId) => said({ type: "image", mediaId }))),
        answer: (_method, path) => problems[/\/media\/(\w+)/.exec(path)?.[1] ?? ""],
      },
    });
    await page.getByText("图片已过期：微信只保留三天").waitFor();
    await page.getByText("没有权限查看这张图片").waitFor();
    await page.getByText("图片没有加载出来").waitFor();
    expect(await page.locator(".message.in img").count()).toBe(0);
    expect(await page.getByRole("button", { name: "重试" }).count()).toBe(1);
    script.answer = () => undefined;
    await page.getByRole("button", { name: "重试" }).click();
    await page.locator(".message.in img").waitFor();
  });
});
