/** An object's answer is lost on the way to the Worker: what the object did takes effect exactly once. */
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { fetchWith, kindsOf, readTexts } from "../support/workerd.ts";
import { bodyOf, buildCall } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

/** Returns the namespace of conversations; the first `submit` is executed, but its answer is lost. */
function losingFirstAnswer(): DurableObjectNamespace {
  let isLost = false;
  const lose = async (answer: Promise<unknown>): Promise<unknown> => {
    await answer;
    isLost = true;
    throw Object.assign(new Error("Network connection lost."), { retryable: true });
  };
  const wrapped = <T extends object>(target: T, name: string, wrap: (got: never) => unknown): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          const got: unknown = Reflect.apply(value, object, args);
          return key === name ? wrap(got as never) : got;
        };
      },
    });
  const stub = (real: DurableObjectStub) =>
    wrapped(real, "submit", (answer: Promise<unknown>) => (isLost ? answer : lose(answer)));
  return wrapped(env.CONVERSATION, "getByName", stub);
}

describe("a message whose acceptance was lost on the way back to the Worker", () => {
  it("is accepted all the same, delivered by the same Worker, and sent once", async ({ expect }) => {
    await wechat.text("oLostAnswer", "在吗");
    const request = () =>
      buildCall("POST", "/api/v1/conversations/oLostAnswer/messages", {
        json: { type: "text", content: "已发货" },
        headers: { "idempotency-key": "order-1" },
      });
    const vars = { CONVERSATION: losingFirstAnswer() };
    const first = await fetchWith(vars, request());
    expect([first.status, (await bodyOf(first))["state"]]).toEqual([202, "sending"]);
    const again = await fetchWith(vars, request());
    expect([again.status, (await bodyOf(again))["state"]]).toEqual([202, "sent"]);
    expect(await kindsOf("oLostAnswer")).toEqual(["in", "out", "sent"]);
    expect(await readTexts(wechat, "oLostAnswer")).toEqual(["已发货"]);
  });
});
