/** Every waiting message has a reason, in GET /messages/:id and in the conversation. */
import { describe, it, vi } from "vitest";
import { kindsOf, pass, remote } from "../support/workerd.ts";
import { call, send as post } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

const DAY = 86_400_000;

useWorker({ clock: "weeks apart" });

interface Body {
  readonly id: string;
  readonly waiting?: { readonly reason: string; readonly code?: string; readonly until: string };
}

/** Sends a message, and waits for another row of this kind unless `kind` is "". @returns the id of the message */
async function send(openid: string, kind: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const count = (await kindsOf(openid)).filter((row) => row === kind).length;
  const body = { type: "text", content: "您好", ...more };
  const sent = await post(openid, body);
  if (kind !== "") {
    await vi.waitUntil(async () => (await kindsOf(openid)).filter((row) => row === kind).length > count);
  }
  return (await sent.json<Body>()).id;
}

const message = async (id: string) => (await call("GET", `/api/v1/messages/${id}`)).json<Body>();
const conversation = async (openid: string) => (await call("GET", `/api/v1/conversations/${openid}`)).json<object>();

describe("the reason of a waiting message", () => {
  it("is a pause, with its code and end", async ({ expect }) => {
    await wechat.text("oCause", "在吗");
    await wechat.text("oNext", "在吗");
    await wechat.fault({ fault: "errcode", errcode: 45009, target: "send", times: 1 });
    const cause = await send("oCause", "retry");
    const next = await send("oNext", "retry");
    for (const id of [cause, next]) {
      const { waiting } = await message(id);
      expect(waiting).toMatchObject({ reason: "paused", code: "45009" });
      expect(Date.parse(waiting?.until ?? "")).toBeGreaterThan(Date.now());
    }
    expect(await conversation("oNext")).toMatchObject({
      waiting: [{ id: next, state: "retrying", waiting: { reason: "paused", code: "45009" } }],
    });
  });

  it("is the pause until its end, also for the message that caused it and those after it", async ({ expect }) => {
    const end = Date.now() + 10 * 60_000;
    await wechat.text("oFirst", "在吗");
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    const ids = [await send("oFirst", "retry"), await send("oFirst", "")];
    const rows = (await remote("oFirst").rows(0, 10))?.rows ?? [];
    const retries = rows.flatMap((row) => (row.kind === "retry" ? [row.facts.retryAt] : []));
    expect(retries).toHaveLength(1);
    expect(retries[0]).toBeGreaterThanOrEqual(end);
    for (const id of ids) expect(Date.parse((await message(id)).waiting?.until ?? "")).toBeGreaterThanOrEqual(end);
  });

  it("is a missing access token, with the code of the token endpoint", async ({ expect }) => {
    await wechat.text("oToken", "在吗");
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: 40164, target: "token" });
    expect((await message(await send("oToken", "retry"))).waiting).toMatchObject({
      reason: "no_token",
      code: "40164",
    });
  });

  it("is that WeChat is busy, or another message before it", async ({ expect }) => {
    await wechat.text("oBusy", "在吗");
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send", times: 1 });
    const first = await send("oBusy", "retry");
    const second = await send("oBusy", "");
    expect((await message(first)).waiting).toMatchObject({ reason: "retry", code: "-1" });
    expect((await message(second)).waiting).toMatchObject({ reason: "order", code: "-1" });
  });

  it("is that the user must write again", async ({ expect }) => {
    await wechat.text("oHeld", "在吗");
    pass(3 * DAY);
    const held = await send("oHeld", "held", { hold: true });
    const { waiting } = await message(held);
    expect(waiting).toMatchObject({ reason: "held" });
    expect(Date.parse(waiting?.until ?? "")).toBeGreaterThan(Date.now());
    expect(await conversation("oHeld")).toMatchObject({ waiting: [{ id: held, state: "held" }] });
  });

  it("is no longer shown after it was sent", async ({ expect }) => {
    await wechat.text("oSent", "在吗");
    const sent = await message(await send("oSent", "sent"));
    expect(sent).toMatchObject({ state: "sent" });
    expect(sent.waiting).toBeUndefined();
    expect(await conversation("oSent")).toMatchObject({ waiting: [] });
  });
});
