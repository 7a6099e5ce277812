import { describe, it, vi } from "vitest";
import type { RowJson } from "../../shared/api/rows.ts";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import type { Row } from "../../worker/conversation/core/rows.ts";
import { toRowJson } from "../../worker/conversation/core/shown/row-json.ts";
import { addressOf, APPID, kindsOf, OTHER_APPID, remote } from "../support/workerd.ts";
import { bodyOf, call, erase, send, useSilentSettings } from "./api-client.ts";
import { findProblems, readDocument } from "./api-contract.ts";
import { useWorker, wechat } from "./each-test.ts";

interface Page {
  readonly rows: readonly RowJson[];
  readonly next: number;
}

useWorker();

async function page(openid: string, query = ""): Promise<Page> {
  return (await call("GET", `/api/v1/conversations/${openid}/messages${query}`)).json();
}

/** Stores texts of the user directly, without a push. */
async function receiveTexts(openid: string, count: number): Promise<void> {
  const conversation = remote(openid);
  for (let index = 0; index < count; index += 1) {
    const key = `m:${index}`;
    const head = { createdAt: Date.now() };
    const inbound: InboundEvent = {
      ...head,
      event: "message",
      type: "text",
      name: "text",
      id: String(index),
      content: `第 ${index} 条`,
    };
    await conversation.receive(
      addressOf(openid),
      { key, event: inbound, classification: classify(inbound), candidates: [] },
      "test",
    );
  }
}

describe("GET /conversations/:id", () => {
  it("shows window, context, newest rows and the cursor", async ({ expect }) => {
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    vi.useFakeTimers({ toFake: ["Date"], now });
    await wechat.enter("oView", "page=order&id=7");
    await wechat.text("oView", "在吗");
    const view = await bodyOf(await call("GET", "/api/v1/conversations/oView"));
    expect(view).toMatchObject({
      window: {
        status: "open",
        grant: "message",
        remaining: 5,
        expiresAt: new Date(now + 48 * 3_600_000).toISOString(),
        doubtful: false,
      },
      context: { entryText: "page=order&id=7", label: "", claimed: null, verified: null, unverifiedReason: null },
      heldCount: 0,
      mutedUntil: null,
      rows: [
        { kind: "in", at: new Date(now).toISOString(), facts: { event: "action", type: "enter" } },
        { kind: "in", by: { type: "user" }, content: { type: "text", content: "在吗" } },
      ],
    });
    expect(view["next"]).toBe((await page("oView")).next);
  });

  it("shows the enter grant while it lasts, and closed after", async ({ expect }) => {
    await wechat.enter("oEnter");
    const window = async () => (await bodyOf(await call("GET", "/api/v1/conversations/oEnter")))["window"];
    expect(await window()).toMatchObject({ grant: "enter", remaining: 2 });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    expect(await window()).toEqual({ status: "closed", grant: null, remaining: 0, expiresAt: null, doubtful: false });
  });

  it("shows an unknown window after a hand-over", async ({ expect }) => {
    await useSilentSettings({ fallback: { type: "handover" } });
    await wechat.text("oTransfer", "人工");
    expect(await bodyOf(await call("GET", "/api/v1/conversations/oTransfer"))).toMatchObject({
      window: { status: "unknown", expiresAt: null },
      rows: [{ kind: "in", content: { content: "人工" } }],
    });
  });

  it("shows twenty rows, or as many as asked", async ({ expect }) => {
    await receiveTexts("oMany", 25);
    const rows = async (query: string) =>
      (await (await call("GET", `/api/v1/conversations/oMany${query}`)).json<Page>()).rows.map(contentOf);
    expect(await rows("")).toEqual(Array.from({ length: 20 }, (_, index) => `第 ${index + 5} 条`));
    expect(await rows("?limit=2")).toEqual(["第 23 条", "第 24 条"]);
    expect(await rows("?limit=200")).toHaveLength(25);
  });

  it("answers 404 for who never wrote, and stores nothing by looking", async ({ expect }) => {
    for (const path of ["", "/messages", "/export"]) {
      const response = await call("GET", `/api/v1/conversations/oNobody${path}`);
      expect(response.status).toBe(404);
      expect(await bodyOf(response)).toMatchObject({ code: "conversation_not_found" });
    }
    expect(await remote("oNobody").rows(0, 1)).toBeNull();
  });
});

describe("GET /conversations/:id/messages", () => {
  it("returns the whole log by its cursor, each row once, and later rows afterwards", async ({ expect }) => {
    await wechat.text("oPages", "在吗");
    await receiveTexts("oPages", 6);
    const seen: (string | undefined)[] = [];
    let { rows, next } = await page("oPages", "?limit=3");
    for (; rows.length > 0; { rows, next } = await page("oPages", `?limit=3&after=${next}`)) {
      seen.push(...rows.map(contentOf));
    }
    expect(seen).toEqual(["在吗", ...Array.from({ length: 6 }, (_, index) => `第 ${index} 条`)]);
    expect(await page("oPages", `?after=${next}`)).toEqual({ log: expect.any(String), rows: [], next });
    await send("oPages", { type: "text", content: "您好" });
    const kinds = async () => (await page("oPages", `?after=${next}`)).rows.map((row) => row.kind);
    await expect.poll(kinds).toEqual(["out", "sent"]);
  });

  it("stores the rows of a message with the id returned by the send, and outcomes with a ref to them", async ({
    expect,
  }) => {
    await wechat.text("oRefs", "在吗");
    const { id } = await bodyOf(await send("oRefs", { type: "text", content: "长".repeat(1_000) }));
    await expect.poll(() => kindsOf("oRefs")).toEqual(["in", "out", "out", "sent", "sent"]);
    const [, first, second, ...sent] = (await page("oRefs")).rows;
    expect(first).toMatchObject({ kind: "out", ref: null, id, by: { type: "api" }, facts: { part: 1, parts: 2 } });
    expect(second).toMatchObject({ kind: "out", ref: first?.seq, id, facts: { part: 2, parts: 2 } });
    expect(sent.map((row) => row.ref)).toEqual([first?.seq, second?.seq]);
  });

  it("shows no keys, hashes, openids or account ids", async ({ expect }) => {
    await wechat.text("oPlain", "在吗");
    await send("oPlain", { type: "text", content: "您好" }, { once: "my-own-key" });
    const text = JSON.stringify(await page("oPlain"));
    for (const hidden of ["my-own-key", "oPlain", "gh_", '"key"', '"request"', '"acknowledgement"'])
      expect(text).not.toContain(hidden);
  });

  it.for([
    "limit=0",
    "limit=201",
    "limit=-1",
    "limit=1.5",
    "limit=",
    "limit=1e2",
    "limit=a",
    "after=-1",
    "after=1&after=2",
  ])("refuses ?%s", async (query, { expect }) => {
    const response = await call("GET", `/api/v1/conversations/oPages/messages?${query}`);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: "invalid_field", field: query.split("=")[0] });
  });
});

describe("a row of every kind", () => {
  const objectId = "0123456789abcdef".repeat(4);
  const place = {
    seq: 1_800_000_000_001,
    at: 1_800_000_000_000,
    key: null,
    ref: 1_800_000_000_000,
    by: { type: "system" },
  } as const;
  const rows: readonly Row[] = [
    { ...place, kind: "attempt", facts: { attempt: 1 }, content: null },
    { ...place, kind: "sent", facts: { attempt: 2 }, content: null },
    { ...place, kind: "failed", facts: { attempt: 1, reason: "refused", code: "40003" }, content: null },
    { ...place, kind: "blocked", facts: { reason: "window_ended" }, content: null },
    {
      ...place,
      ref: null,
      kind: "blocked",
      by: { type: "rule", id: "r" },
      facts: { reason: "quota_used", type: "text", purpose: "reply" },
      content: { type: "text", content: "a" },
    },
    { ...place, kind: "held", facts: { until: 1_800_000_000_000 }, content: null },
    { ...place, kind: "unconfirmed", facts: { attempt: 1, reason: "timeout" }, content: null },
    {
      ...place,
      kind: "retry",
      facts: { attempt: 1, retryAt: 1_800_000_000_000, reason: "busy", code: "-1" },
      content: null,
    },
    { ...place, kind: "late", facts: { attempt: 1, reason: "rejected", code: "-1" }, content: null },
    {
      ...place,
      ref: null,
      kind: "out",
      by: { type: "rule", id: "r" },
      facts: { type: "text", purpose: "reply", part: 1, parts: 1, isAi: true, request: "hash", replyContext: "7" },
      content: { type: "text", content: "a" },
    },
    {
      ...place,
      ref: null,
      kind: "in",
      by: { type: "user" },
      facts: {
        event: "action",
        type: "enter",
        grant: { name: "enter", count: 2, until: 1_800_000_060_000 },
        acknowledgement: "received",
        contextVerdict: "expired",
        replyContext: "7",
      },
      content: {
        event: "action",
        type: "enter",
        name: "user_enter_tempsession",
        entryText: "page",
        createdAt: 1_800_000_000_000,
      },
    },
  ];

  it.for(rows.map((row) => ({ kind: row.kind, row })))(
    "is as the document says: $kind",
    async ({ row }, { expect }) => {
      const document = await readDocument();
      const shown = toRowJson(row, objectId);
      expect(findProblems(document, document.components.schemas["Row"] ?? {}, shown, "$")).toEqual([]);
      expect(shown).toMatchObject({ seq: row.seq, at: "2027-01-15T08:00:00.000Z", kind: row.kind });
      expect(JSON.stringify(shown)).not.toMatch(/"(?:retryAt|until)":\d/);
    },
  );
});

describe("GET /conversations/:id/export", () => {
  it("streams every row as a line, across pages, as an attachment without the openid", async ({ expect }) => {
    await receiveTexts("oExport", 401);
    const response = await call("GET", "/api/v1/conversations/oExport/export");
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="conversation.ndjson"');
    const lines = (await readLines(response)).split("\n");
    expect(lines.pop()).toBe("");
    const rows = lines.map((line): RowJson => JSON.parse(line));
    expect(rows.map(contentOf)).toEqual(Array.from({ length: 401 }, (_, index) => `第 ${index} 条`));
  });

  it("ends where a full page is the last", async ({ expect }) => {
    await receiveTexts("oExact", 200);
    const response = await call("GET", "/api/v1/conversations/oExact/export");
    expect((await readLines(response)).trim().split("\n")).toHaveLength(200);
  });
});

describe("DELETE /conversations/:id", () => {
  it("erases one user of one app at once, and again without complaint", async ({ expect }) => {
    for (const appid of [APPID, OTHER_APPID]) await wechat.text("oErase", "在吗", { appid });
    for (let time = 0; time < 2; time += 1) {
      const response = await erase("oErase");
      expect(response.status).toBe(204);
      expect(await response.text()).toBe("");
    }
    expect((await call("GET", "/api/v1/conversations/oErase")).status).toBe(404);
    expect((await call("GET", "/api/v1/conversations/oErase", { appid: OTHER_APPID })).status).toBe(200);
  });
});

/** Reads an answer as text. `text()` would print a warning of the runtime for this content type. */
async function readLines(response: Response): Promise<string> {
  return new TextDecoder().decode(await response.arrayBuffer());
}

function contentOf(row: RowJson): string | undefined {
  return row.kind === "in" && "content" in row.content ? row.content.content : undefined;
}
