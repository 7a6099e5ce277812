/**
 * Webhooks and a user who is erased while they are called: no event of the old log is delivered or delays the new log.
 */
import { describe, it, vi } from "vitest";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { BUSY, TAKEN, URL_OF } from "../support/receiver.ts";
import { pass, ring } from "../support/workerd.ts";
import { erase } from "./api-client.ts";
import { shop, useWorker, wechat } from "./each-test.ts";

useWorker({ clock: "hour ahead", settings: { webhooks: [{ id: "shop", url: URL_OF("hook") }] } });

const contents = () => shop.events.map(({ body }) => /"content":"(\w+)"/.exec(body)?.[1]);

async function deliver(openid: string): Promise<void> {
  pass(BATCH_DELAY_MS);
  await ring(openid);
}

/** During the next call of the receiver, erases the user and makes the user write again; then answers the call. */
function eraseWithin(openid: string, answer: () => Response): void {
  shop.answerWith(async () => {
    shop.answerWith(TAKEN);
    pass(1_000);
    await erase(openid);
    pass(1_000);
    await wechat.text(openid, "fresh");
    return answer();
  });
}

describe("a user erased while a webhook is called", () => {
  it.for([
    ["accepts", TAKEN],
    ["fails", BUSY],
  ] as const)(
    "and writes again reaches webhooks at once, and no old event does: the call %s",
    async (row, { expect }) => {
      const [what, answer] = row;
      vi.spyOn(Math, "random").mockReturnValue(0.9);
      const openid = `oErased-${what}`;
      await wechat.text(openid, "first");
      await wechat.text(openid, "second");
      eraseWithin(openid, answer);
      await deliver(openid);
      expect(contents()).toEqual(["first"]);
      await deliver(openid);
      expect(contents()).toEqual(["first", "fresh"]);
      await deliver(openid);
      pass(3_600_000);
      await deliver(openid);
      expect(contents()).toEqual(["first", "fresh"]);
    },
  );
});
