/**
 * Pushes to the worker: settings with a few rules before every test, and environments whose objects or KV are stood in
 * for.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { api, APPID, fetchWith, OTHER_APPID, playWeChat, type remote } from "../support/workerd.ts";

const SETTINGS = {
  greeting: { messages: [{ type: "text", content: "欢迎光临" }] },
  rules: [
    {
      id: "price",
      priority: 1,
      match: { type: "contains", words: ["价格"] },
      action: { type: "reply", messages: [{ type: "text", content: "价格见商品页" }] },
    },
    {
      id: "parts",
      match: { type: "exact", words: ["两条"] },
      action: { type: "reply", messages: ["第一条", "第二条"].map((content) => ({ type: "text", content })) },
    },
    { id: "person", priority: 1, match: { type: "exact", words: ["人工"] }, action: { type: "transfer" } },
  ],
  fallback: { type: "silent" },
};

async function useSettings(): Promise<void> {
  for (const appid of [APPID, OTHER_APPID]) {
    const response = await api("PUT", `/api/v1/settings?appid=${appid}`, SETTINGS, { "if-match": "*" });
    if (!response.ok) throw new Error(await response.text());
  }
}

/** Call at the top of a test file. */
export function usePushes(): void {
  beforeEach(async () => {
    playWeChat();
    await useSettings();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** The emulator, pushing to a worker with another environment. */
export function playWeChatWith(vars: Readonly<Record<string, unknown>>): Control {
  return playWeChat({ worker: (request) => fetchWith(vars, request) });
}

/** Conversations with the real ones' ids and other stubs. */
export function namespaceOf(getByName: (name: string) => unknown): object {
  return { getByName, idFromName: (name: string) => env.CONVERSATION.idFromName(name) };
}

/** What a stub that stands in is asked. */
export type ReceiveArgs = Parameters<ReturnType<typeof remote>["receive"]>;
export type SettleArgs = Parameters<ReturnType<typeof remote>["settle"]>;
