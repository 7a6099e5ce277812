/** Webhooks and a user who is erased while they are called: nothing of the old log is delivered, nor delays the new. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { GATHER_MS } from "../../worker/domain/webhook-cursor.ts";
import { createReceiver } from "../support/receiver.ts";
import { conversation, playWeChat } from "../support/workerd.ts";
import { call, useSilentSettings } from "./api-client.ts";

const BUSY = () => new Response(null, { status: 503 });
const TAKEN = () => new Response(null, { status: 204 });

let wechat: Control;
let shop: ReturnType<typeof createReceiver>;
beforeEach(async () => {
  // Real alarms fire by the real clock: an hour ahead of it they are all rung by hand.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  shop = createReceiver();
  wechat = playWeChat({ hosts: { "shop.example.com": shop.handle } });
  await useSilentSettings({ webhooks: [{ id: "shop", url: "https://shop.example.com/hook" }] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const contents = () => shop.events.map(({ body }) => /"content":"(\w+)"/.exec(body)?.[1]);

async function ring(openid: string): Promise<void> {
  pass(GATHER_MS);
  await runDurableObjectAlarm(conversation(openid));
}

/** The first call erases the user, who then writes again; answers that call. */
function eraseWithin(openid: string, answer: () => Response): void {
  shop.answerWith(async () => {
    shop.answerWith(TAKEN);
    pass(1_000);
    await call("DELETE", `/api/v1/conversations/${openid}`);
    pass(1_000);
    await wechat.text(openid, "fresh");
    return answer();
  });
}

describe("a user erased while a webhook is called", () => {
  it.for([
    ["accepts", TAKEN],
    ["fails", BUSY],
  ] as const)("and who writes again is heard at once, and nothing old is: the call %s", async (row, { expect }) => {
    const [what, answer] = row;
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    const openid = `oErased-${what}`;
    await wechat.text(openid, "first");
    await wechat.text(openid, "second");
    eraseWithin(openid, answer);
    await ring(openid);
    expect(contents()).toEqual(["first"]);
    await ring(openid);
    expect(contents()).toEqual(["first", "fresh"]);
    await ring(openid);
    pass(3_600_000);
    await ring(openid);
    expect(contents()).toEqual(["first", "fresh"]);
  });
});
