/** A desk in the middle of a day: agents, sessions in every state, a conversation with every kind of row. */
import type { AgentJson } from "../../../shared/api/desk/agent.ts";
import type { ClosedRow } from "../../../shared/api/desk/lists.ts";
import type { OpenViewName } from "../../../shared/api/desk/row.ts";
import type { ShownDeskRow } from "../../../shared/api/socket.ts";

/** The log id of every sample conversation. */
export const LOG = "1-0badcafe";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The ids of the agents. */
export const [WANG, LI, LIN] = ["a00000000000a", "a00000000000b", "a00000000000c"] as const;

/** Returns an agent with some values replaced. */
export function agent(id: string, name: string, changes: Partial<AgentJson> = {}): AgentJson {
  const since = new Date(Date.now() - HOUR).toISOString();
  const wanted = { state: "online", reason: null, since } as const;
  return {
    id,
    name,
    role: "agent",
    teams: ["售后"],
    capacity: 8,
    isSuspended: false,
    wanted,
    actual: "online",
    load: 3,
    ...changes,
  };
}

/** Returns the agents; the first one is signed in. */
export function agents(): readonly AgentJson[] {
  const since = new Date(Date.now() - HOUR).toISOString();
  return [
    agent(WANG, "小王", { load: 5 }),
    agent(LI, "小李", { load: 6, teams: ["售后", "售前"] }),
    agent(LIN, "小林", { wanted: { state: "away", reason: "用餐", since }, actual: "away", load: 0, teams: ["售前"] }),
  ];
}

/** Returns the id of the nth conversation. */
export function conversationId(n: number): string {
  return n.toString(16).padStart(4, "0").repeat(16);
}

interface RowFacts {
  readonly n: number;
  readonly text: string;
  readonly name?: string;
  readonly assignee?: string | null;
  readonly unread?: number;
  readonly waitedMs?: number | null;
  readonly left?: number;
  readonly leftMs?: number;
  readonly views: readonly OpenViewName[];
  readonly parkedMs?: number;
  readonly draft?: boolean;
  readonly replyFailed?: boolean;
  readonly by?: "user" | "agent";
}

/** Returns a session as a list contains it. */
export function row(facts: RowFacts): ShownDeskRow {
  const {
    n,
    text,
    name = null,
    assignee = WANG,
    unread = 0,
    waitedMs = null,
    left = 5,
    leftMs = 47 * HOUR,
    views,
    parkedMs,
    draft = false,
    replyFailed = false,
    by = "user",
  } = facts;
  const now = Date.now();
  const at = new Date(now - (waitedMs ?? 20 * MINUTE)).toISOString();
  return {
    conversation: conversationId(n),
    log: LOG,
    version: 3,
    session: {
      seq: 10,
      status: assignee === null ? "queued" : "serving",
      team: "售后",
      assignee,
      unread,
      lastUserSeq: 20,
      waitingSince: waitedMs === null ? null : at,
      lastMessageAt: at,
      queuedAt: at,
      since: assignee === null ? at : null,
      isOffline: false,
      parkedUntil: parkedMs === undefined ? null : new Date(now + parkedMs).toISOString(),
    },
    window: {
      status: leftMs > 0 ? "open" : "closed",
      grant: "message",
      remaining: left,
      expiresAt: new Date(now + leftMs).toISOString(),
      doubtful: false,
    },
    contact: { account: "mini-program:wx0123456789abcdef", tail: conversationId(n).slice(-4), name },
    line: { at, by, ...(by === "agent" && { agent: WANG }), kind: "text", text },
    offer: null,
    replyFailed,
    draft,
    views: [...views],
  };
}

/** Returns the open sessions. */
export function sampleRows(): readonly ShownDeskRow[] {
  return [
    row({
      n: 0xc04e,
      name: "李女士",
      text: "在吗？？再不处理我就投诉了",
      unread: 4,
      waitedMs: 6 * MINUTE + 5_000,
      left: 2,
      leftMs: 108 * MINUTE,
      views: ["mine", "closing"],
    }),
    row({ n: 0x7f3a, name: "张先生", text: "到底退到哪张卡了？", unread: 3, waitedMs: 162_000, views: ["mine"] }),
    row({
      n: 0x91bc,
      text: "[愉快] 好的",
      unread: 1,
      waitedMs: 12_000,
      left: 1,
      leftMs: 26 * MINUTE,
      views: ["mine", "closing"],
      draft: true,
    }),
    row({
      n: 0x5d18,
      text: "好的，已经为您登记换货，师傅下午上门取件，请保持电话畅通",
      by: "agent",
      left: 3,
      leftMs: 21 * HOUR,
      views: ["mine"],
    }),
    row({ n: 0xe2a7, name: "周同学", text: "尺码对照表", by: "agent", left: 0, views: ["mine"] }),
    row({ n: 0xb3f9, text: "我等等再来", parkedMs: 2 * HOUR, left: 4, views: ["parked"] }),
    row({
      n: 0x1a2b,
      name: "陈小姐",
      text: "你好，想改一下收货地址",
      assignee: null,
      unread: 1,
      waitedMs: 92_000,
      views: ["queue"],
    }),
    row({ n: 0xf70c, text: "人工", assignee: null, unread: 1, waitedMs: 20_000, views: ["queue"] }),
  ];
}

/** Returns sessions that have ended. */
export function closedRows(): readonly ClosedRow[] {
  const base = { log: LOG, session: 10, team: "售后", assignee: LI } as const;
  const contact = (n: number, name: string | null): ClosedRow["contact"] => ({
    account: "mini-program:wx0123456789abcdef",
    tail: conversationId(n).slice(-4),
    name,
  });
  return [
    {
      ...base,
      conversation: conversationId(0x22d0),
      contact: contact(0x22d0, null),
      reason: "agent",
      closedAt: new Date(Date.now() - HOUR).toISOString(),
      score: 5,
    },
    {
      ...base,
      conversation: conversationId(0x6a20),
      contact: contact(0x6a20, "王女士"),
      reason: "idle",
      closedAt: new Date(Date.now() - 26 * HOUR).toISOString(),
      score: null,
    },
  ];
}
