/** `createKefu` runs the handlers and schemas that are passed to it. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { describe, it } from "vitest";
import * as context from "../../shared/app-context.ts";
import { encodeSessionFrom } from "../../shared/entry/session-from.ts";
import type { TeamCode } from "../../worker/automation/handler-context.ts";
import { createKefu } from "../../worker/create-kefu.ts";
import * as product from "../../worker/index.ts";
import { playWeChat, readTexts } from "../support/workerd.ts";
import { useWorker } from "./each-test.ts";

useWorker({ settings: {} });

/** Creates a worker with these handlers, and an emulator that pushes to it. */
function play(handlers: Partial<TeamCode["handlers"]>, schemas: TeamCode["context"] = context) {
  const { worker } = createKefu({ handlers: { onMessage() {}, onEnter() {}, ...handlers }, context: schemas });
  return playWeChat({
    async worker(request) {
      const execution = createExecutionContext();
      const response = await worker.fetch(request, env, execution);
      await waitOnExecutionContext(execution);
      return response;
    },
  });
}

describe("createKefu", () => {
  it("runs the given handlers, separately for each application", async ({ expect }) => {
    const first = play({ onMessage: (_, ctx) => ctx.reply("甲") });
    await first.text("oFirst", "你好");
    const second = play({ onMessage: (_, ctx) => ctx.reply("乙") });
    await second.text("oSecond", "你好");
    expect(await readTexts(first, "oFirst")).toEqual(["甲"]);
    expect(await readTexts(second, "oSecond")).toEqual(["乙"]);
  });

  it("types a page's context by the given declarations", async ({ expect }) => {
    const PageSchema = v.object({ page: v.literal("pages/pay/index") });
    const claimed: unknown[] = [];
    const wechat = play(
      { onEnter: (_, ctx) => void claimed.push(ctx.context.claimed) },
      { ...context, AppContextSchema: PageSchema },
    );
    for (const page of ["pages/pay/index", "pages/home/index"]) {
      const from = encodeSessionFrom({ page });
      await wechat.enter("oPage", from.ok ? from.value : "");
    }
    expect(claimed).toEqual([{ page: "pages/pay/index" }, null]);
  });

  it("exports the classes that wrangler.toml names", ({ expect }) => {
    const { objects } = createKefu({ handlers: { onMessage() {}, onEnter() {} }, context });
    expect(Object.keys(objects).toSorted()).toEqual([
      "Account",
      "Archive",
      "Audit",
      "Conversation",
      "Desk",
      "Login",
      "Settings",
    ]);
    expect(product).toMatchObject(objects);
  });
});
