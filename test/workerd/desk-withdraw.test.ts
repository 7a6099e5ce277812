/** Withdrawing a message that is held for the user's next one, by its agent and by the holder of an API key. */
import { beforeEach, describe, it } from "vitest";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { readTexts } from "../support/workerd.ts";
import { bodyOf, call, erase, messageOf, send } from "./api-client.ts";
import { addKeeper, emptyDesk } from "./desk-play.ts";
import { act, getsAs, newUser, present, rowIn, served, useDesk, write } from "./desk-routes-play.ts";
import { wechat } from "./each-test.ts";
import { callAs, codeOf, type SignedIn } from "./people-play.ts";

useDesk();
beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
});

let keys = 0;
/** Sends an agent's reply, which may be held. @returns the body of the answer */
async function reply(agent: SignedIn, row: DeskRow, content: string): Promise<Record<string, unknown>> {
  keys += 1;
  const response = await write(agent, "replies", row, `held-${keys}`, { type: "text", content, hold: true });
  if (response.status !== 202) throw new Error(await response.text());
  return bodyOf(response);
}

/** A text of five parts, which uses all sends of the reply window. */
const LONG = "好".repeat(3_000);

/** Replies with a long text, then with one that is held; returns the ids of both. */
async function holdOne(agent: SignedIn, row: DeskRow): Promise<{ readonly sent: string; readonly held: string }> {
  const [sent, held] = [await reply(agent, row, LONG), await reply(agent, row, "还在吗")];
  if (held["state"] !== "held") throw new Error(`the message is ${String(held["state"])}`);
  return { sent: String(sent["id"]), held: String(held["id"]) };
}

const withdraw = (agent: SignedIn, id: string) => callAs(agent, "DELETE", `/api/v1/messages/${id}`);
const outcomeOf = async (response: Response) => [response.status, await codeOf(response)];

describe("a held message of an agent", () => {
  it("is withdrawn by its agent, who may then close; it is never sent", async ({ expect }) => {
    const [ann, openid] = [await present(), newUser()];
    const taken = await served(ann, openid);
    const { sent, held } = await holdOne(ann, taken);
    await expect.poll(async () => (await readTexts(wechat, openid)).length).toBe(5);
    await expect.poll(async () => (await messageOf(sent))["state"]).toBe("sent");
    const now = await rowIn("mine", openid, getsAs(ann));
    const seenSeq = Number.MAX_SAFE_INTEGER;
    await expect.poll(async () => codeOf(await act(ann, "close", now, { seenSeq }))).toBe("held");

    expect((await withdraw(ann, held)).status).toBe(204);
    expect((await withdraw(ann, held)).status).toBe(204);
    expect(await messageOf(held)).toMatchObject({ state: "blocked", reason: "withdrawn" });
    const rows = await (
      await callAs(ann, "GET", `/api/v1/conversations/${taken.conversation}/messages?before=end`)
    ).json<{
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    }>();
    expect(rows.rows.filter(({ kind }) => kind === "blocked")).toMatchObject([
      { by: { type: "agent", id: ann.id }, facts: { reason: "withdrawn" } },
    ]);
    expect((await act(ann, "close", now, { seenSeq })).status).toBe(200);
    await wechat.text(openid, "好的");
    await rowIn("queue", openid, getsAs(ann));
    expect(await readTexts(wechat, openid)).toHaveLength(5);
  });

  it("cannot be withdrawn after it was sent, nor by an agent who may not close the session", async ({ expect }) => {
    const [ann, ben] = [await present(), await present()];
    const { sent, held } = await holdOne(ann, await served(ann));
    expect(await outcomeOf(await withdraw(ann, sent))).toEqual([409, "not_held"]);
    expect(await outcomeOf(await withdraw(ben, held))).toEqual([403, "forbidden"]);
    expect(await messageOf(held)).toMatchObject({ state: "held" });
    expect((await withdraw(await present("supervisor"), held)).status).toBe(204);
  });
});

describe("a held message of the API", () => {
  it("is withdrawn with an API key, but not by an agent", async ({ expect }) => {
    const [ann, openid] = [await present(), newUser()];
    const taken = await served(ann, openid);
    await holdOne(ann, taken);
    const { id } = await bodyOf(await send(openid, { type: "text", content: "系统通知", hold: true }));
    expect(await messageOf(id)).toMatchObject({ state: "held" });
    expect(await outcomeOf(await withdraw(ann, String(id)))).toEqual([403, "forbidden"]);
    expect((await call("DELETE", `/api/v1/messages/${String(id)}`)).status).toBe(204);
    expect(await messageOf(id)).toMatchObject({ state: "blocked", reason: "withdrawn" });
  });

  it("is not found when its id names nothing, and after an erasure", async ({ expect }) => {
    expect(await outcomeOf(await call("DELETE", "/api/v1/messages/m-1"))).toEqual([404, "message_not_found"]);
    const openid = newUser();
    await wechat.text(openid, "你好");
    const { id } = await bodyOf(await send(openid, { type: "text", content: "您好" }));
    await erase(openid);
    expect(await outcomeOf(await call("DELETE", `/api/v1/messages/${String(id)}`))).toEqual([404, "message_not_found"]);
  });
});
