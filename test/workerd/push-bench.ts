/**
 * For tests of pushes: settings with a few rules before every test, and a namespace whose conversations are stubs.
 */
import { env } from "cloudflare:workers";
import type { remote } from "../support/workerd.ts";
import { useWorker, type TestOptions } from "./each-test.ts";

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
    { id: "person", priority: 1, match: { type: "exact", words: ["人工"] }, action: { type: "handover" } },
  ],
  fallback: { type: "silent" },
};

/** As `useWorker`, with these settings; to be called at the top of a test file. */
export function usePushes(options: TestOptions = {}): void {
  useWorker({ settings: SETTINGS, ...options });
}

/** Returns a namespace with the real ids and other stubs. */
export function namespaceOf(getByName: (name: string) => unknown): object {
  return { getByName, idFromName: (name: string) => env.CONVERSATION.idFromName(name) };
}

/** The arguments of two methods of the conversation stub, for test stubs that replace it. */
export type ReceiveArgs = Parameters<ReturnType<typeof remote>["receive"]>;
export type SettleArgs = Parameters<ReturnType<typeof remote>["settle"]>;
