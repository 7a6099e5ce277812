/** Rows of a conversation: makers for each kind, and a log with all of them. */
import type { RowJson } from "../../../shared/api/rows.ts";
import { LI, WANG } from "./sample.ts";

const HOUR = 3_600_000;
const user = { type: "user" } as const;
const byWang = { type: "agent", id: WANG } as const;

/** Builds rows with ascending seq and times that end now. */
export function rowsOf(...makers: readonly Maker[]): readonly RowJson[] {
  return makers.map((make, index) =>
    make({ seq: index + 1, at: new Date(Date.now() - (makers.length - index) * 40_000).toISOString() }),
  );
}

/** Makes a row with this seq and time. */
export type Maker = (head: { readonly seq: number; readonly at: string }) => RowJson;
type InContent = Extract<RowJson, { kind: "in" }>["content"];
type OutContent = Extract<RowJson, { kind: "out" }>["content"];

/** Makes a message of the user. */
export function said(content: Record<string, unknown> & { readonly type: string }): Maker {
  return (head) => ({
    ...head,
    kind: "in",
    ref: null,
    by: user,
    facts: { event: "message", type: content.type },
    content: { event: "message", name: content.type, createdAt: head.at, id: `m${head.seq}`, ...content } as InContent,
  });
}

/** Makes a message to the user. */
export function sent(
  content: OutContent,
  by: Extract<RowJson, { kind: "out" }>["by"] = byWang,
  more: { readonly isAi?: true; readonly part?: number; readonly parts?: number; readonly ref?: number } = {},
): Maker {
  const { ref = null, part = 1, parts = 1, ...rest } = more;
  return (head) => ({
    ...head,
    kind: "out",
    ref,
    id: `out-${head.seq}`,
    by,
    facts: { type: content.type, purpose: "reply", part, parts, ...rest },
    content,
  });
}

/** Makes a row with the outcome of a message. */
export function outcome(
  ref: number,
  kind: "attempt" | "sent" | "unconfirmed" | "held" | "retry" | "failed" | "blocked",
  facts: Record<string, unknown> = {},
): Maker {
  return (head) =>
    ({ ...head, kind, ref, by: { type: "system" }, facts: { attempt: 1, ...facts }, content: null }) as RowJson;
}

/** Makes a row with a transition of the session. */
export function session(
  action: "opened" | "queued" | "assigned" | "returned" | "parked" | "closed",
  more: Record<string, unknown> = {},
  note: string | null = null,
): Maker {
  return (head) => ({
    ...head,
    kind: "session",
    ref: null,
    by: byWang,
    facts: {
      action,
      session: action === "opened" ? null : 2,
      version: head.seq,
      status: action === "closed" ? "closed" : "serving",
      assignee: WANG,
      team: "售后",
      ...more,
    },
    content: note === null ? null : { text: note },
  });
}

/** Makes a note. */
export function noted(text: string, id: string = LI): Maker {
  return (head) => ({
    ...head,
    kind: "note",
    ref: null,
    by: { type: "agent", id },
    facts: { session: 2 },
    content: { text },
  });
}

/** Returns the log of a conversation with every kind of row. */
export function sampleLog(): readonly RowJson[] {
  const label = "订单 1001";
  const enter: Maker = (head) => ({
    ...head,
    kind: "in",
    ref: null,
    by: user,
    facts: { event: "action", type: "enter" },
    content: {
      event: "action",
      type: "enter",
      name: "user_enter_tempsession",
      createdAt: head.at,
      entryText: "",
      context: {
        label,
        claimed: { page: "order" },
        verified: { order: "1001", amount: "¥256" },
        unverifiedReason: null,
      },
    },
  });
  return rowsOf(
    enter,
    session("opened"),
    said({ type: "text", content: "退款怎么还没到，看 https://example.com/orders/1001 [愉快]" }),
    sent(
      { type: "text", content: "您好，我是智能助手，需要人工请回复“人工”。" },
      { type: "rule", id: "r1" },
      { isAi: true },
    ),
    outcome(4, "sent"),
    said({ type: "text", content: "人工" }),
    session("queued"),
    session("assigned"),
    sent({ type: "text", content: "张先生您好，我是小王，正在帮您查退款进度，请稍等一分钟。" }),
    outcome(9, "sent"),
    noted("财务昨天 16:20 已原路退回，帮我确认下银行回执？", WANG),
    noted("有回执，招行受理中，预计今天 18:00 前入账。"),
    said({ type: "image", mediaId: "media-1" }),
    said({ type: "voice", mediaId: "media-2" }),
    said({ type: "location", latitude: 30.28745, longitude: 120.15358, label: "杭州市西湖区" }),
    said({ type: "link", title: "退款说明", description: "七天无理由", url: "https://example.com/help" }),
    said({ type: "card", title: "青瓷茶杯", appId: "wx1", pagePath: "pages/goods/detail?id=1" }),
    said({ type: "unknown" }),
    sent({ type: "text", content: "这是没有发出的一条" }),
    outcome(19, "failed", { reason: "content_refused", code: "45002" }),
    sent({ type: "text", content: "额度用完之后写的" }),
    outcome(21, "blocked", { reason: "quota_used", code: "45047" }),
    sent({ type: "text", content: "等用户下次来" }),
    outcome(23, "held", { until: new Date(Date.now() + 40 * HOUR).toISOString() }),
    sent({ type: "text", content: "可能到了的一条" }),
    outcome(25, "unconfirmed", { reason: "timeout" }),
    said({ type: "text", content: "都三天了，银行那边说没有收到" }),
    said({ type: "text", content: "到底退到哪张卡了？" }),
    said({ type: "text", content: "在吗" }),
  );
}
