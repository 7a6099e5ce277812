/** Showing a row unmasked: to an agent who may see the conversation, for a reason, recorded before the answer. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import type { AuditPage } from "../../client/index.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import { must } from "../support/conversation.ts";
import { conversation, remote } from "../support/workerd.ts";
import { bodyOf, call, erase, useSilentSettings } from "./api-client.ts";
import { addKeeper, emptyDesk } from "./desk-play.ts";
import { lines, useWorker, wechat } from "./each-test.ts";
import { callAs, codeOf, makeAgent, type SignedIn } from "./people-play.ts";

const PHONE = "13800138000";
const REASON = "给用户回电话";

useWorker();
beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
  await useSilentSettings({ fallback: { type: "handover" }, humanService: "desk" });
});

const idOf = (openid: string) => conversation(openid).id.toString();

/** Makes the user write a phone number. @returns the log id and the message's row as the agent reads it */
async function written(openid: string, agent: SignedIn) {
  await wechat.text(openid, `我的电话是${PHONE}`);
  const response = await callAs(agent, "GET", `/api/v1/conversations/${idOf(openid)}/messages`);
  const { log, rows } = await response.json<{ readonly log: string; readonly rows: readonly RowJson[] }>();
  const row = must(
    rows.find(({ kind }) => kind === "in"),
    "row",
  );
  return { log, seq: row.seq, row };
}

const ask = (agent: SignedIn, openid: string, json: object) =>
  callAs(agent, "POST", `/api/v1/conversations/${idOf(openid)}/unmask`, { json });

/** Reads the audit entries about unmasked rows of a conversation. */
async function recorded(openid: string) {
  const found: AuditPage["entries"][number][] = [];
  for (let after = 0; ;) {
    const page: AuditPage = await (await call("GET", `/api/v1/audit?after=${after}&limit=200`)).json();
    if (page.entries.length === 0) break;
    found.push(...page.entries.filter(({ target }) => target === `conversation:${idOf(openid)}`));
    after = page.next;
  }
  return found.filter(({ action }) => action === "conversation.unmask");
}

describe("an agent who gives a reason", () => {
  it("gets the row in clear without the platform's fields, and agent, row and reason are recorded", async ({
    expect,
  }) => {
    const ann = await makeAgent();
    const { log, seq, row } = await written("oShown", ann);
    expect(JSON.stringify(row)).not.toContain(PHONE);
    const response = await ask(ann, "oShown", { log, seq, reason: REASON });
    expect(response.status).toBe(200);
    const shown = await bodyOf(response);
    expect(shown).toMatchObject({ log, row: { seq, kind: "in", content: { content: `我的电话是${PHONE}` } } });
    expect(JSON.stringify(shown)).not.toMatch(/oShown|"fields"/);
    const [entry, ...others] = await recorded("oShown");
    expect(others).toEqual([]);
    const { signIn } = await bodyOf(await callAs(ann, "GET", "/api/v1/me"));
    expect(entry).toMatchObject({ actor: `agent:${ann.id}`, data: { signIn, seq, kind: "in", reason: REASON } });
    expect(JSON.stringify(lines())).not.toMatch(new RegExp(`${PHONE}|${REASON}`));
  });

  it("is recorded each time, without personal data in the reason, and also after an erasure", async ({ expect }) => {
    const ann = await makeAgent();
    const { log, seq } = await written("oTwice", ann);
    for (const reason of [`打给 ${PHONE}`, REASON]) await ask(ann, "oTwice", { log, seq, reason });
    expect((await recorded("oTwice")).map(({ data }) => data["reason"])).toEqual(["打给 138****8000", REASON]);
    await erase("oTwice");
    expect(await recorded("oTwice")).toHaveLength(2);
    expect(await codeOf(await ask(ann, "oTwice", { log, seq, reason: REASON }))).toBe("conversation_not_found");
  });
});

describe("a row stays masked", () => {
  it.for([
    ["without a reason", {}],
    ["for a blank reason", { reason: " \u200B " }],
    ["for a reason that is too long", { reason: "长".repeat(201) }],
  ] as const)("%s", async ([, body], { expect }) => {
    const ann = await makeAgent();
    const { log, seq } = await written("oNoReason", ann);
    const before = (await recorded("oNoReason")).length;
    const response = await ask(ann, "oNoReason", { log, seq, ...body });
    expect([response.status, await codeOf(response)]).toEqual([422, "invalid_field"]);
    expect(await recorded("oNoReason")).toHaveLength(before);
  });

  it("in another log, and where there is no such row", async ({ expect }) => {
    const ann = await makeAgent();
    const { log, seq } = await written("oElsewhere", ann);
    const reason = REASON;
    expect(await codeOf(await ask(ann, "oElsewhere", { log: "1-00000000", seq, reason }))).toBe("gone");
    expect(await codeOf(await ask(ann, "oElsewhere", { log, seq: seq - 1, reason }))).toBe("message_not_found");
    expect(await codeOf(await ask(ann, "oNobodyWrote", { log, seq, reason }))).toBe("conversation_not_found");
    expect(await recorded("oElsewhere")).toEqual([]);
  });

  it("to agents of another team, and to the holder of an API key, who reads rows in clear anyway", async ({
    expect,
  }) => {
    const [ann, ben] = [await makeAgent("agent", { teams: ["售后"] }), await makeAgent("agent", { teams: ["售前"] })];
    const { log, seq } = await written("oTeam", ann);
    const { session } = must(await remote("oTeam").snapshot());
    const named = { session: must(session.open ?? undefined, "session").seq, version: session.version };
    const moved = { ...named, version: named.version + 1 };
    const input = { log, by: { type: "system" }, desk: { isOpen: true } } as const;
    // At once: between them the desk would return the session, since its agent has no page.
    await Promise.all([
      remote("oTeam").command({ ...input, id: "take", action: { type: "take", agent: ann.id, ...named } }),
      remote("oTeam").command({
        ...input,
        id: "move",
        action: { type: "transfer_to_team", team: "售后", isOffline: false, ...moved },
      }),
    ]);
    await vi.waitUntil(async () => (await ask(ben, "oTeam", { log, seq, reason: REASON })).status === 403, {
      timeout: 10_000,
    });
    const before = await recorded("oTeam");
    expect(await codeOf(await ask(ben, "oTeam", { log, seq, reason: REASON }))).toBe("forbidden");
    expect((await ask(ann, "oTeam", { log, seq, reason: REASON })).status).toBe(200);
    expect((await recorded("oTeam")).length).toBe(before.length + 1);
    const byKey = await call("POST", `/api/v1/conversations/${idOf("oTeam")}/unmask`, {
      json: { log, seq, reason: REASON },
    });
    expect([byKey.status, await codeOf(byKey)]).toEqual([403, "agent_required"]);
  });

  it("when it cannot be recorded", async ({ expect }) => {
    const ann = await makeAgent();
    const { log, seq } = await written("oUnrecorded", ann);
    vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
      throw new Error("the audit object is not reachable");
    });
    const response = await ask(ann, "oUnrecorded", { log, seq, reason: REASON });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await response.text()).not.toContain(PHONE);
  });
});
