/** A request with several events gets one acknowledgement. */
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import * as context from "../../shared/app-context.ts";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import { findAccountConfig, requireConfig } from "../../worker/config/config.ts";
import type { ConversationDirectory } from "../../worker/conversation/client.ts";
import { onEnter, onMessage } from "../../worker/custom/handlers.ts";
import { receiveArrival } from "../../worker/inbox/receive/receive-arrival.ts";
import { createServices } from "../../worker/inbox/services.ts";
import { CHANNELS } from "../../worker/open-channel.ts";
import { must } from "../support/conversation.ts";
import { message } from "../support/direct.ts";
import { APPID, remote } from "../support/workerd.ts";
import { usePushes } from "./push-bench.ts";

usePushes();

/** Receives the texts as events of one request, each from another user. */
async function receive(texts: readonly string[], isReachable: (name: string) => boolean = () => true) {
  const config = requireConfig(env);
  const pending: Promise<unknown>[] = [];
  const app = must(findAccountConfig(config, APPID));
  const connected = createServices(env, config, app, (work) => pending.push(work), CHANNELS);
  const services = { ...connected, directory: directoryOf(connected.directory, isReachable) };
  const team = { handlers: { onMessage, onEnter }, context };
  const events = texts.map((content): InboundEvent => ({
    ...message(),
    event: "message",
    type: "text",
    id: content,
    content,
  }));
  const answer = await receiveArrival(
    { ...services, requestId: "r1", env, kv: env.KV, team },
    {
      events: events.map((event, index) => {
        const user = `oOf-${encodeURIComponent(texts[index] ?? "")}`;
        return { account: APPID, user, key: `m:${user}`, event, signedAt: 0 };
      }),
      unreadable: [],
      isVerification: false,
      acknowledge: () => Promise.reject(new Error("not called")),
    },
    { arrivedAt: Date.now(), request: () => ({ search: "", contentType: undefined, body: "", isForwarded: false }) },
  );
  await Promise.all(pending);
  return answer;
}

/** Returns a directory in which the conversations that are not reachable fail. */
function directoryOf(directory: ConversationDirectory, isReachable: (name: string) => boolean): ConversationDirectory {
  const namespace = new Proxy(directory.namespace, {
    get(target, key) {
      const found: unknown = Reflect.get(target, key);
      if (typeof found !== "function") return found;
      return (name: string, ...rest: readonly unknown[]): unknown =>
        key === "getByName" && !isReachable(name) ? UNREACHABLE : Reflect.apply(found, target, [name, ...rest]);
    },
  });
  return { ...directory, namespace };
}

const UNREACHABLE = new Proxy({}, { get: () => () => Promise.reject(new Error("unreachable")) });

describe("a request with several events", () => {
  it("is answered as a handover when any of them is handed over", async ({ expect }) => {
    const handover = { type: "acknowledge", acknowledgement: "handover" };
    expect(await receive(["人工", "你好"])).toEqual(handover);
    expect(await receive(["在吗", "人工"])).toEqual(handover);
    expect(await receive(["在吗", "你好"])).toEqual({ type: "acknowledge", acknowledgement: "received" });
    expect((await remote(`oOf-${encodeURIComponent("你好")}`).rows(0, 10))?.rows).toHaveLength(1);
  });

  it("is not acknowledged when one of them cannot be stored; the others are, once", async ({ expect }) => {
    const [lost, kept] = ["丢失", "留下"];
    const isKept = (name: string) => !name.endsWith(encodeURIComponent(lost));
    const rowsOf = async (text: string) => (await remote(`oOf-${encodeURIComponent(text)}`).rows(0, 10))?.rows.length;
    expect(await receive([lost, kept], isKept)).toEqual({ type: "fail", reason: "not_stored" });
    expect([await rowsOf(lost), await rowsOf(kept)]).toEqual([undefined, 1]);
    expect(await receive([lost, kept])).toEqual({ type: "acknowledge", acknowledgement: "received" });
    expect([await rowsOf(lost), await rowsOf(kept)]).toEqual([1, 1]);
  });
});
