import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { describe, it } from "vitest";
import { buildMessageId, parseMessageId } from "../../shared/message/message-id.ts";
import { APPID, conversation, OTHER_APPID } from "../support/workerd.ts";
import { bodyOf, call, erase, HELLO, messageOf, send, stateOf } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

describe("GET /messages/:id", () => {
  it("returns why a message failed", async ({ expect }) => {
    await wechat.text("oFail", "在吗");
    await wechat.fault({ fault: "errcode", errcode: 40003, target: "send" });
    const { id } = await bodyOf(await send("oFail", HELLO));
    await expect.poll(() => stateOf(id)).toBe("failed");
    expect(await messageOf(id)).toMatchObject({
      id,
      state: "failed",
      code: "40003",
    });
  });

  it("reads no further than it has to: what was said since a message was sent is left alone", async ({ expect }) => {
    await wechat.text("oLong", "在吗");
    const { id } = await bodyOf(await send("oLong", HELLO));
    await expect.poll(() => stateOf(id)).toBe("sent");
    await runInDurableObject(conversation("oLong"), (_, { storage: { sql } }) => {
      // The last of the rows is not JSON, so that reading it fails.
      const insert = `with recursive step(n) as (values (1) union all select n + 1 from step where n < 300),
          last(seq) as (select max(seq) from log)
        insert into log select seq + n, null, iif(n < 300, '[{"seq":' || (seq + n) || ',"ref":null}]', 'no JSON'), '{}'
          from step, last`;
      sql.exec(insert);
    });
    expect(await stateOf(id)).toBe("sent");
  });

  it("answers 404 for an id of another account than the query names", async ({ expect }) => {
    await wechat.text("oMine", "在吗", { appid: OTHER_APPID });
    const { id } = await bodyOf(await send("oMine", HELLO, { appid: OTHER_APPID }));
    const response = await call("GET", `/api/v1/messages/${String(id)}`, { appid: APPID });
    expect(response.status).toBe(404);
    expect(await bodyOf(response)).toMatchObject({ code: "message_not_found" });
    expect((await call("GET", `/api/v1/messages/${String(id)}`, { appid: OTHER_APPID })).status).toBe(200);
  });

  it("answers 404 for what is no id, no message, or no longer there", async ({ expect }) => {
    await wechat.text("oGone", "在吗");
    const { id } = await bodyOf(await send("oGone", HELLO));
    const object = conversation("oGone").id.toString();
    const incoming = Number(
      (await (await call("GET", "/api/v1/conversations/oGone/messages")).json<Page>()).rows[0]?.seq,
    );
    const inbound = buildMessageId({ objectId: object, seq: incoming });
    const foreign = `${"0123456789abcdef".repeat(4)}-1`;
    for (const unknown of ["x", object, `${object}-`, `${object}-0`, `${object}-01`, `${object}-1`, inbound, foreign]) {
      expect((await call("GET", `/api/v1/messages/${unknown}`)).status, unknown).toBe(404);
    }
    expect((await call("GET", `/api/v1/messages/${String(id)}`)).status).toBe(200);
    await erase("oGone");
    expect((await call("GET", `/api/v1/messages/${String(id)}`)).status).toBe(404);
  });
});

describe("a message id", () => {
  const objectId = "0123456789abcdef".repeat(4);

  it("is taken apart to what it was made of", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (seq) => {
        expect(parseMessageId(buildMessageId({ objectId, seq }))).toEqual({ objectId, seq });
      }),
    );
  });

  it("has one way to be written", ({ expect }) => {
    const written = fc.check(
      fc.property(fc.stringMatching(/^[0-9a-zA-Z-]{0,12}$/), (digits) => {
        const id = `${objectId}-${digits}`;
        const parsed = parseMessageId(id);
        return parsed === undefined || buildMessageId(parsed) === id;
      }),
    );
    expect(written.failed, fc.defaultReportMessage(written)).toBe(false);
  });
});

interface Page {
  readonly rows: readonly { readonly seq: number }[];
}
