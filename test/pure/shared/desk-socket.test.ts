/** The protocol of the desk's socket: messages from page to desk, and from desk to page. */
import * as fc from "fast-check";
import * as v from "valibot";
import { describe, it } from "vitest";
import { AgentIdSchema, type AgentJson } from "../../../shared/api/desk/agent.ts";
import { readPageFrame, ServerFrameSchema } from "../../../shared/api/desk/frames.ts";
import { OPEN_VIEWS, type DeskRow } from "../../../shared/api/desk/row.ts";
import {
  MAX_FRAME,
  PING,
  PONG,
  readServerFrames,
  SOCKET_PROTOCOL,
  type PageFrame,
  type ServerFrame,
  type ShownDeskRow,
} from "../../../shared/api/socket.ts";

const CONVERSATION = "0123456789abcdef".repeat(4);
const LOG = "lx2k3j4-0123abcd";
const NOW = "2026-11-30T08:00:00.000Z";

const FRAMES: readonly PageFrame[] = [
  {
    type: "hello",
    protocol: SOCKET_PROTOCOL,
    page: "tab-0123456789abcdef",
    epoch: null,
    rev: 0,
    views: ["mine", "queue"],
  },
  { type: "view", name: "closing", on: true },
  { type: "open", conversation: CONVERSATION, log: LOG, after: 12 },
  { type: "shut" },
  { type: "seen", conversation: CONVERSATION, log: LOG, session: 3, seq: 12 },
  { type: "draft", conversation: CONVERSATION, log: LOG, draft: { text: "您好", mode: "reply" } },
  { type: "draft", conversation: CONVERSATION, log: LOG, draft: null },
  { type: "typing", on: true },
  { type: "presence", state: "away", reason: "用餐" },
];

const AGENT: AgentJson = {
  id: "a0123456789ab",
  name: "小王",
  role: "agent",
  teams: ["售后"],
  capacity: 5,
  isSuspended: false,
  wanted: { state: "online", reason: null, since: NOW },
  actual: "online",
  load: 1,
};
const ROW: DeskRow = {
  conversation: CONVERSATION,
  log: LOG,
  version: 2,
  session: {
    seq: 3,
    status: "serving",
    team: null,
    assignee: AGENT.id,
    unread: 1,
    lastUserSeq: 12,
    waitingSince: NOW,
    lastMessageAt: NOW,
    queuedAt: NOW,
    since: null,
    isOffline: false,
    parkedUntil: null,
  },
  window: { status: "open", grant: "message", remaining: 4, expiresAt: NOW, doubtful: false },
  contact: { account: "mini-program:wx0123456789abcdef", tail: "7f3a", name: null },
  line: { at: NOW, by: "user", kind: "text", text: "退款怎么还没到" },
  offer: null,
  replyFailed: false,
  draft: false,
};
const SHOWN: ShownDeskRow = { ...ROW, views: ["mine"] };
const HEAD = { epoch: "e1", rev: 7, counts: { mine: { total: 1, unread: 1 } } };

const SERVER_FRAMES: readonly ServerFrame[] = [
  { type: "welcome", you: AGENT, epoch: "e1", rev: 7, now: NOW },
  { type: "views", ...HEAD, rows: [SHOWN] },
  { type: "delta", ...HEAD, from: 6, upserts: [SHOWN], removes: [CONVERSATION] },
  { type: "rows", conversation: CONVERSATION, log: LOG, from: 12, to: 12, rows: [] },
  { type: "who", conversation: CONVERSATION, viewing: [AGENT.id], typing: [] },
  { type: "people", agents: [AGENT] },
  { type: "bye", reason: "signed_out" },
];

describe("frames of a page", () => {
  it("are parsed as they were sent", ({ expect }) => {
    for (const frame of FRAMES) expect(readPageFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it("are parsed without the fields that are unknown to this version", ({ expect }) => {
    expect(readPageFrame(JSON.stringify({ type: "shut", later: 1 }))).toEqual({ type: "shut" });
  });

  it("of an unknown type are distinguished from invalid ones", ({ expect }) => {
    expect(readPageFrame('{"type":"whisper"}')).toBeNull();
    for (const text of ["", "null", "[]", "{}", '{"type":1}', '{"type":"view"}', '{"type":"__proto__x', PONG.slice(1)])
      expect(readPageFrame(text), text).toBeUndefined();
    expect(readPageFrame('{"type":"toString"}')).toBeNull();
  });

  it("are refused above the size limit", ({ expect }) => {
    const frame = (length: number) => `{"type":"shut","x":"${"x".repeat(length)}"}`;
    const head = frame(0).length;
    expect(readPageFrame(frame(MAX_FRAME - head))).toEqual({ type: "shut" });
    expect(readPageFrame(frame(MAX_FRAME - head + 1))).toBeUndefined();
  });

  it("of any content never throw", ({ expect }) => {
    const type = fc.constantFrom(...FRAMES.map((frame) => frame.type), "ping", "other");
    const members = fc.dictionary(
      fc.constantFrom(
        "protocol",
        "page",
        "epoch",
        "rev",
        "views",
        "name",
        "on",
        "conversation",
        "log",
        "after",
        "draft",
      ),
      fc.anything(),
    );
    fc.assert(
      fc.property(type, members, fc.string(), (type, members, text) => {
        const json = JSON.stringify({ ...members, type }, (_key, value: unknown) =>
          typeof value === "bigint" ? String(value) : value,
        );
        const frame = readPageFrame(json);
        if (frame !== null && frame !== undefined) expect(frame.type).toBe(type);
        expect(() => readPageFrame(text)).not.toThrow();
      }),
    );
  });
});

describe("frames of the server", () => {
  it("match their schema, and a page parses them as they were sent", ({ expect }) => {
    for (const frame of SERVER_FRAMES) expect(v.parse(ServerFrameSchema, frame)).toEqual(frame);
    expect(readServerFrames(JSON.stringify(SERVER_FRAMES))).toEqual(SERVER_FRAMES);
  });

  it("of an unknown type are ignored", ({ expect }) => {
    expect(readServerFrames('[{"type":"wall"},{"type":"bye","reason":"protocol"},null,7]')).toEqual([
      { type: "bye", reason: "protocol" },
    ]);
    for (const text of ["", "{}", PONG, "null"]) expect(readServerFrames(text), text).toEqual([]);
  });
});

describe("names", () => {
  it("of lists and agents have one form", ({ expect }) => {
    expect(new Set(OPEN_VIEWS).size).toBe(OPEN_VIEWS.length);
    expect(v.is(AgentIdSchema, AGENT.id)).toBe(true);
    expect(v.is(AgentIdSchema, "api")).toBe(false);
    expect(JSON.parse(PING)).toEqual({ type: "ping" });
  });
});
