import { describe, it } from "vitest";
import type { RowJson } from "../../../shared/api/rows.ts";
import { toPageRow } from "../../../worker/desk/socket/core/page-row.ts";
import { beginTrail, followFrame, resumeTrail } from "../../../worker/desk/socket/core/trail.ts";

const HEAD = { id: "c-1", seq: 1, at: "2026-11-30T00:00:00.000Z", key: "k", ref: null, by: { type: "user" } };
const rowOf = (row: object) => ({ ...HEAD, facts: {}, ...row }) as unknown as RowJson;

describe("a row for a page", () => {
  it("shows the entry of a user without signature and raw fields, personal data masked", ({ expect }) => {
    const context = {
      label: "13800138000",
      claimed: {
        phone: "13800138000",
        count: 2,
        digits: 13_800_138_000,
        list: ["13800138000", true],
        inner: { note: "x" },
      },
      verified: null,
      unverifiedReason: null,
    };
    const content = { event: "action", type: "enter", fields: { a: "13800138000" }, entryText: "13800138000", context };
    const row = JSON.stringify(toPageRow(rowOf({ kind: "in", content })));
    expect(row).not.toContain("13800138000");
    expect(row).toContain('"count":2');
  });

  it("shows a picture without its address, and a note masked", ({ expect }) => {
    const picture = { event: "message", type: "image", mediaId: "m", url: "https://x.example/p", fields: {} };
    expect(JSON.stringify(toPageRow(rowOf({ kind: "in", content: picture })))).not.toContain("x.example");
    const note = toPageRow(rowOf({ kind: "note", content: { text: "13800138000" } }));
    expect(JSON.stringify(note)).not.toContain("13800138000");
    expect(toPageRow(rowOf({ kind: "session", content: null }))).toMatchObject({ content: null });
  });

  it("shows the outcome of a message as it is stored", ({ expect }) => {
    const sent = rowOf({ kind: "sent", ref: 1, facts: { attempt: 1 }, content: null });
    expect(toPageRow(sent)).toBe(sent);
  });
});

describe("the trail of a page", () => {
  it("begins anew after more removals than it keeps", ({ expect }) => {
    const trail = beginTrail("a1", ["queue"], "r");
    const removes = Array.from({ length: 20_000 }, (_, index) => String(index));
    const frame = { type: "delta", from: 0, epoch: "e", rev: 9, counts: {}, upserts: [], removes } as const;
    const next = followFrame(trail, frame, { ...trail.subscription, epoch: "e", rev: 9 });
    expect(next).toMatchObject({ since: 9, removed: new Map() });
    const page = { epoch: "e", rev: 3, views: ["queue"], rights: "r" } as const;
    expect(resumeTrail(next, page).subscription.epoch).toBeNull();
  });
});
