import { describe, it } from "vitest";
import type { RowJson } from "../../../shared/api/rows.ts";
import {
  maskInbound,
  maskRow,
  unmaskRow,
  type InboundJson,
} from "../../../worker/conversation/core/shown/masked-row.ts";

const HEAD = { id: "c-1", seq: 1, at: "2026-11-30T00:00:00.000Z", key: "k", ref: null, by: { type: "user" } };
const rowOf = (row: object) => ({ ...HEAD, facts: {}, ...row }) as unknown as RowJson;
const PHONE = "13800138000";

describe("a row with masks", () => {
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
    const row = JSON.stringify(maskRow(rowOf({ kind: "in", content })));
    expect(row).not.toContain("13800138000");
    expect(row).toContain('"count":2');
  });

  it("shows a picture without its address, and a note masked", ({ expect }) => {
    const picture = { event: "message", type: "image", mediaId: "m", url: "https://x.example/p", fields: {} };
    expect(JSON.stringify(maskRow(rowOf({ kind: "in", content: picture })))).not.toContain("x.example");
    const note = maskRow(rowOf({ kind: "note", content: { text: "13800138000" } }));
    expect(JSON.stringify(note)).not.toContain("13800138000");
    expect(maskRow(rowOf({ kind: "session", content: null }))).toMatchObject({ content: null });
  });

  it("shows the outcome of a message as it is stored", ({ expect }) => {
    const sent = rowOf({ kind: "sent", ref: 1, facts: { attempt: 1 }, content: null });
    expect(maskRow(sent)).toBe(sent);
  });

  it.for([
    ["in", { event: "message", type: "menu-choice", content: PHONE, choice: PHONE }],
    ["in", { event: "message", type: "location", label: PHONE }],
    ["in", { event: "message", type: "card", title: PHONE, pagePath: `pages/a?tel=${PHONE}` }],
    ["in", { event: "message", type: "file", mediaId: "m", fileName: `${PHONE}.pdf` }],
    ["in", { event: "action", type: "scan", scene: PHONE }],
    ["in", { event: "action", type: "menu", item: PHONE }],
    ["out", { type: "link", title: PHONE, description: PHONE, url: "https://example.com/" }],
    ["blocked", { type: "text", content: PHONE }],
    ["session", { text: PHONE }],
  ] as const)("hides a number in a row of kind %s: %j", ([kind, content], { expect }) => {
    const row = rowOf({ kind, content });
    expect(JSON.stringify(maskRow(row))).not.toContain(PHONE);
    expect(unmaskRow(row)).toEqual(row);
  });

  it("hides names, ids and tokens of a context by their fields, and keeps the names of products", ({ expect }) => {
    const claimed = {
      product: { name: "青瓷茶杯" },
      realName: "欧阳锋",
      nickName: "小明",
      收件人: "王小明",
      openid: "oFAKE0000000000000000000001",
      token: "secret-token-1234",
      receiver: { name: "x" },
      consignee: 7,
    };
    const context = { label: "", claimed, verified: null, unverifiedReason: null };
    const content = { event: "action", type: "enter", entryText: "", context };
    expect(maskRow(rowOf({ kind: "in", content }))).toMatchObject({
      content: {
        context: {
          claimed: {
            product: { name: "青瓷茶杯" },
            realName: "欧**",
            nickName: "小*",
            收件人: "王**",
            openid: "****0001",
            token: "****1234",
            receiver: { name: "x" },
            consignee: 7,
          },
        },
      },
    });
    expect(unmaskRow(rowOf({ kind: "in", content }))).toMatchObject({ content: { context: { claimed } } });
  });

  it("is, for a question to an endpoint, the event alone", ({ expect }) => {
    const asked = { event: "message", type: "text", content: PHONE, fields: { Content: PHONE }, damaged: PHONE };
    expect(maskInbound(asked as unknown as InboundJson)).toEqual({
      event: "message",
      type: "text",
      content: "138****8000",
    });
  });
});
