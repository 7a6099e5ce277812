/** User actions on the phone page and the shop's API calls, one function each. */
import type { Locator, Page } from "playwright-core";
import type { Stack } from "../../scripts/lib/stack.ts";

/** Enters the chat by the contact button. */
export async function enter(page: Page): Promise<void> {
  await page.getByRole("button", { name: "联系客服" }).click();
  await page.getByLabel("输入消息").waitFor();
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("输入消息").fill(text);
  await page.getByRole("button", { name: "发送", exact: true }).click();
}

/** Returns the bubbles of one side of the chat. */
export function bubbles(page: Page, side: "mine" | "theirs"): Locator {
  return page.locator(`.line.${side} .bubble:not(.dots)`);
}

/** Returns the openid of the current user. */
export function openidOf(page: Page): Promise<string> {
  return page.evaluate(() => localStorage.getItem("edge-kefu.openid") ?? "");
}

/** Sends by the worker's REST API. @throws when it refuses */
export async function sendAsService(stack: Stack, openid: string, body: object): Promise<void> {
  const key = { "idempotency-key": crypto.randomUUID() };
  const response = await stack.api("POST", `/api/v1/conversations/${openid}/messages`, body, key);
  if (!response.ok) throw new Error(await response.text());
}

/** Creates a user with a name that no other picture uses, because the worker greets a user once. @returns the openid */
export async function beUser(page: Page, name: string): Promise<string> {
  const openid = `o${name.replaceAll("-", "").padEnd(23, "0")}Lin1`;
  await page.evaluate((id) => localStorage.setItem("edge-kefu.openid", id), openid);
  await page.reload();
  return openid;
}
