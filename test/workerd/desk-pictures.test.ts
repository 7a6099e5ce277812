/**
 * Pictures of a conversation, for signed-in agents: whose they may see, how they are served, and the upload for a
 * reply.
 */
import { describe, it, vi } from "vitest";
import { must } from "../support/conversation.ts";
import { bodyOf, call, PNG } from "./api-client.ts";
import { act, getsAs, newUser, openPage, rowAfter, rowIn, useDesk, waits, write } from "./desk-routes-play.ts";
import { wechat } from "./each-test.ts";
import { callAs, codeOf, makeAgent, type SignedIn } from "./people-play.ts";

useDesk();

const pathOf = (id: string) => `/api/v1/conversations/${id}`;

/** Makes the user send a picture. @returns its media id */
async function sendsPicture(openid: string, conversation: string): Promise<string> {
  await wechat.image(openid);
  const log = await (await call("GET", `${pathOf(conversation)}/messages`)).text();
  return must(/"mediaId":"([^"]+)"/.exec(log)?.[1], "media id");
}

function upload(agent: SignedIn, conversation: string, body: BodyInit = PNG, type = "image/png"): Promise<Response> {
  return callAs(agent, "POST", `${pathOf(conversation)}/media`, { body, headers: { "content-type": type } });
}

describe("a picture that a user sent", () => {
  it("is shown to agents who may see the conversation, and none of another one by its path", async ({ expect }) => {
    const [ann, openid, other] = [await makeAgent(), newUser(), newUser()];
    const { conversation } = await waits(openid, getsAs(ann));
    const elsewhere = await waits(other, getsAs(ann));
    const mediaId = await sendsPicture(openid, conversation);
    const picture = await callAs(ann, "GET", `${pathOf(conversation)}/media/${mediaId}`);
    expect(picture.status).toBe(200);
    expect(new Uint8Array(await picture.arrayBuffer())).toEqual(PNG);
    const refused = await callAs(ann, "GET", `${pathOf(elsewhere.conversation)}/media/${mediaId}`);
    expect([refused.status, await codeOf(refused)]).toEqual([422, "invalid_field"]);
  });

  it("is what its bytes are, is never run as a page, and stays with this browser and sign-in", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    const { conversation } = await waits(openid, getsAs(ann));
    const mediaId = await sendsPicture(openid, conversation);
    const { headers } = await callAs(ann, "GET", `${pathOf(conversation)}/media/${mediaId}`);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": "image/png",
      "content-disposition": "inline",
      "x-content-type-options": "nosniff",
      "cache-control": "private, max-age=300",
      vary: "cookie",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(headers.get("content-security-policy")).toContain("sandbox");
    const expired = await callAs(ann, "GET", `${pathOf(conversation)}/media/nothing`);
    expect(expired.headers.get("cache-control")).toBe("no-store");
  });

  it("is refused to agents of another team, and to nobody's sign-in", async ({ expect }) => {
    const [ann, ben, openid] = [await makeAgent("admin", { teams: ["售前"] }), await makeAgent(), newUser()];
    await openPage(ann);
    const taken = await rowAfter(await act(ann, "take", await waits(openid, getsAs(ann))));
    const mediaId = await sendsPicture(openid, taken.conversation);
    const path = `${pathOf(taken.conversation)}/media/${mediaId}`;
    expect((await callAs(ben, "GET", path)).status).toBe(200);
    const row = await rowIn("mine", openid, getsAs(ann));
    await rowAfter(await act(ann, "transfer", row, { to: { team: "售前" } }));
    const refused = await callAs(ben, "GET", path);
    expect([refused.status, await codeOf(refused)]).toEqual([403, "forbidden"]);
    expect((await call("GET", path, { key: null })).status).toBe(401);
  });

  it("that has expired is 404 media_not_found", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    const { conversation } = await waits(openid, getsAs(ann));
    const mediaId = await sendsPicture(openid, conversation);
    await wechat.fault({ fault: "errcode", errcode: 40007, target: "download" });
    const expired = await callAs(ann, "GET", `${pathOf(conversation)}/media/${mediaId}`);
    expect([expired.status, await codeOf(expired)]).toEqual([404, "media_not_found"]);
  });
});

describe("the upload for a reply", () => {
  it("gives an id, with which the picture is sent once however often the reply is repeated", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    await openPage(ann);
    const taken = await rowAfter(await act(ann, "take", await waits(openid, getsAs(ann))));
    const uploaded = await upload(ann, taken.conversation);
    expect(uploaded.status).toBe(201);
    const { mediaId, expiresAt } = await bodyOf(uploaded);
    // Longer than a message is held (48 h), so a picture that waits for the user can still be sent.
    expect(Date.parse(String(expiresAt)) - Date.now()).toBeGreaterThan(71 * 3_600_000);
    const ids = [];
    for (let tries = 0; tries < 3; tries += 1) {
      const reply = await write(ann, "replies", taken, "picture-1", { type: "image", mediaId });
      expect(reply.status).toBe(202);
      ids.push((await bodyOf(reply))["id"]);
    }
    expect(new Set(ids).size).toBe(1);
    const received = async () => (await wechat.chat(openid)).lines.filter(({ from }) => from === "service");
    await vi.waitUntil(async () => (await received()).length > 0, { timeout: 10_000 });
    expect(await received()).toHaveLength(1);
  });

  it("is refused with its reason when the agent is away, may not see the session, or is no agent", async ({
    expect,
  }) => {
    const [ann, ben, openid] = [await makeAgent("admin", { teams: ["售前"] }), await makeAgent(), newUser()];
    const waiting = await waits(openid, getsAs(ann));
    expect(await codeOf(await upload(ann, waiting.conversation))).toBe("not_present");
    for (const agent of [ann, ben]) await openPage(agent);
    expect((await upload(ben, waiting.conversation)).status).toBe(201);
    const taken = await rowAfter(await act(ann, "take", waiting));
    await rowAfter(await act(ann, "transfer", taken, { to: { team: "售前" } }));
    const uploads = async () => (await wechat.calls()).filter(({ path }) => path.endsWith("/media/upload")).length;
    const before = await uploads();
    const refused = await upload(ben, waiting.conversation);
    expect([refused.status, await codeOf(refused)]).toEqual([403, "forbidden"]);
    const headers = { "content-type": "image/png" };
    const byKey = await call("POST", `${pathOf(waiting.conversation)}/media`, { body: PNG, headers });
    expect([byKey.status, await codeOf(byKey)]).toEqual([403, "agent_required"]);
    const general = await callAs(ann, "POST", "/api/v1/media", { body: PNG, headers });
    expect([general.status, await codeOf(general)]).toEqual([403, "forbidden"]);
    expect(await uploads()).toBe(before);
  });

  it("judges a picture by its first bytes and its size, whatever it is called", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    await openPage(ann);
    const { conversation } = await rowAfter(await act(ann, "take", await waits(openid, getsAs(ann))));
    const page = await upload(ann, conversation, "<script>alert(1)</script>");
    expect([page.status, await codeOf(page)]).toEqual([415, "unsupported_media_type"]);
    expect(page.headers.get("content-type")).toBe("application/problem+json");
    const large = new Uint8Array(2 * 1024 * 1024 + 1);
    large.set(PNG);
    expect(await bodyOf(await upload(ann, conversation, large))).toMatchObject({ status: 413, code: "body_too_large" });
    await wechat.fault({ fault: "errcode", errcode: 40009, target: "upload" });
    expect(await bodyOf(await upload(ann, conversation))).toMatchObject({ status: 502, platformCode: "40009" });
  });
});
