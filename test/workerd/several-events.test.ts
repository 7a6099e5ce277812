/** A request with several events has one acknowledgement. */
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import * as context from "../../shared/app-context.ts";
import type { Inbound } from "../../shared/message/inbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { findAccountConfig, requireConfig } from "../../worker/config/config.ts";
import { onEnter, onMessage } from "../../worker/custom/handlers.ts";
import { receiveArrival } from "../../worker/inbox/receive-arrival.ts";
import { createServices } from "../../worker/inbox/services.ts";
import { must } from "../support/conversation.ts";
import { message } from "../support/direct.ts";
import { APPID, remote } from "../support/workerd.ts";
import { usePushes } from "./push-bench.ts";

usePushes();

/** Receives the texts as one request, each from a user of its own. */
async function receive(texts: readonly string[]) {
  const config = requireConfig(env);
  const pending: Promise<unknown>[] = [];
  const services = createServices(env, config, must(findAccountConfig(config, APPID)), (work) => pending.push(work));
  const team = { handlers: { onMessage, onEnter }, context };
  const events = texts.map((content): Inbound => ({
    ...message(`oOf-${encodeURIComponent(content)}`),
    event: "message",
    type: "text",
    id: content,
    content,
  }));
  const answer = await receiveArrival(
    { ...services, requestId: "r1", env, kv: env.KV, team },
    { classify },
    {
      events: events.map((event) => ({ key: `m:${event.openid}`, event, signedAt: 0 })),
      unreadable: [],
      isVerification: false,
      acknowledge: () => Promise.reject(new Error("not called")),
    },
    { arrivedAt: Date.now(), request: { search: "", contentType: undefined, body: "", isForwarded: false } },
  );
  await Promise.all(pending);
  return answer;
}

describe("a request with several events", () => {
  it("is acknowledged as a hand-over when one of them is handed over, whichever it is", async ({ expect }) => {
    const handover = { type: "acknowledge", acknowledgement: "handover" };
    expect(await receive(["人工", "你好"])).toEqual(handover);
    expect(await receive(["在吗", "人工"])).toEqual(handover);
    expect(await receive(["在吗", "你好"])).toEqual({ type: "acknowledge", acknowledgement: "received" });
    expect((await remote(`oOf-${encodeURIComponent("你好")}`).rows(0, 10))?.rows).toHaveLength(1);
  });
});
