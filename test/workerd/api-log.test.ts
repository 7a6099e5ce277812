/** Requests that name the log they refer to: they have no effect on a later log after an erasure. */
import { describe, it } from "vitest";
import { formatAddress } from "../../shared/message/address.ts";
import { URL_OF } from "../support/receiver.ts";
import { addressOf, conversation, kindsOf, pass, remote } from "../support/workerd.ts";
import { bodyOf, call, erase, HELLO } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker({ clock: "hour ahead", settings: { webhooks: [{ id: "shop", url: URL_OF("shop") }] } });

const OTHER_LOG = "1-00000000";
const pathOf = (id: string) => `/api/v1/conversations/${encodeURIComponent(id)}`;
/** Returns the three forms of a conversation in a path: user, address, id. */
const formsOf = (openid: string) => [openid, formatAddress(addressOf(openid)), conversation(openid).id.toString()];

const sendTo = (id: string, log: string, key: string) =>
  call("POST", `${pathOf(id)}/messages?log=${log}`, {
    json: { ...HELLO, hold: true },
    headers: { "idempotency-key": key },
  });
const replayTo = (id: string, log: string) =>
  call("POST", `${pathOf(id)}/webhooks/shop/replay?log=${log}`, { json: { after: 0 } });
const eraseOf = (id: string, log: string) => call("DELETE", `${pathOf(id)}?log=${log}`);

async function logOf(openid: string): Promise<string> {
  const { log } = await bodyOf(await call("GET", pathOf(openid)));
  return String(log);
}

const outcomeOf = async (response: Response) =>
  response.ok ? response.status : `${response.status} ${String((await bodyOf(response))["code"])}`;

/** Makes a user write, be erased and write again. @returns the id of the erased log */
async function writesAnew(openid: string): Promise<string> {
  await wechat.text(openid, "在吗");
  const log = await logOf(openid);
  await erase(openid);
  pass(1_000);
  await wechat.text(openid, "又来了");
  return log;
}

describe("a command that names a log", () => {
  it("is carried out while it is the user's", async ({ expect }) => {
    await wechat.text("oKnown", "在吗");
    const log = await logOf("oKnown");
    for (const [n, id] of formsOf("oKnown").entries()) {
      expect(await outcomeOf(await sendTo(id, log, `k${n}`))).toBe(202);
      expect(await outcomeOf(await replayTo(id, log))).toBe(202);
    }
    expect(await outcomeOf(await eraseOf("oKnown", log))).toBe(204);
    expect(await remote("oKnown").head()).toBeNull();
  });

  it("is gone after an erasure, also when the user has written again, and has no effect", async ({ expect }) => {
    const log = await writesAnew("oAnew");
    const anew = await logOf("oAnew");
    for (const [n, id] of formsOf("oAnew").entries()) {
      expect(await outcomeOf(await sendTo(id, log, `k${n}`)), id).toBe("410 gone");
      expect(await outcomeOf(await replayTo(id, log)), id).toBe("410 gone");
      expect(await outcomeOf(await eraseOf(id, log)), id).toBe("410 gone");
    }
    expect(await logOf("oAnew")).toBe(anew);
    expect(await kindsOf("oAnew")).toEqual(["in"]);
  });

  it("begins no conversation", async ({ expect }) => {
    for (const id of formsOf("oNobody")) {
      expect(await outcomeOf(await sendTo(id, OTHER_LOG, "k"))).toBe("410 gone");
      expect(await outcomeOf(await eraseOf(id, OTHER_LOG))).toBe("410 gone");
    }
    expect(await remote("oNobody").head()).toBeNull();
  });

  it("erases nothing that the account keeps of the user of another log", async ({ expect }) => {
    const log = await writesAnew("oKept");
    await wechat.event("oKept", "xpay_goods_deliver_notify", { OpenId: "oKept" });
    expect(await outcomeOf(await eraseOf("oKept", log))).toBe("410 gone");
    const events = async () => JSON.stringify(await bodyOf(await call("GET", "/api/v1/events?limit=200")));
    expect(await events()).toContain("oKept");
    expect(await outcomeOf(await eraseOf("oKept", await logOf("oKept")))).toBe(204);
    expect(await events()).not.toContain("oKept");
  });

  it("is refused when it is not a log", async ({ expect }) => {
    for (const refused of [
      await sendTo("oWord", "newest", "k"),
      await replayTo("oWord", "1"),
      await eraseOf("oWord", "-"),
    ]) {
      expect(await outcomeOf(refused)).toBe("422 invalid_field");
    }
  });
});
