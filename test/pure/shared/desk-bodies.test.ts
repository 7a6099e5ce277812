/** The bodies that agents send, and the answers they get: limits, and what is refused. */
import * as v from "valibot";
import { describe, it } from "vitest";
import { PresenceBodySchema, ROLES, TeamSchema, type PresenceInput } from "../../../shared/api/desk/agent.ts";
import {
  CloseBodySchema,
  CommandedSchema,
  DraftBodySchema,
  NoteBodySchema,
  NotedSchema,
  OfferBodySchema,
  ParkBodySchema,
  RebuildBodySchema,
  RebuiltSchema,
  ReplyBodySchema,
  ReplyOptionsSchema,
  SavedDraftSchema,
  SessionBodySchema,
  TransferBodySchema,
  type Commanded,
} from "../../../shared/api/desk/commands.ts";
import {
  ClosedRowSchema,
  ListQuerySchema,
  ListSchema,
  VIEWS,
  type ClosedRow,
  type SessionList,
} from "../../../shared/api/desk/lists.ts";
import {
  CountsSchema,
  LIST_ORDERS,
  MAX_LINE,
  OPEN_VIEWS,
  type Counts,
  type OpenViewName,
} from "../../../shared/api/desk/row.ts";
import { MAX_DRAFT, MAX_NOTE } from "../../../shared/api/desk/text-limits.ts";
import { PING_INTERVAL_MS, TYPING_MS, VIEWING_MS } from "../../../shared/api/socket.ts";

const LOG = "lx2k3j4-0123abcd";
const NOW = "2026-11-30T08:00:00.000Z";
const AGENT = "a0123456789ab";
const COMMAND = { id: "01J-abc_9", log: LOG, session: 3, version: 2 };

describe("a command", () => {
  it("names its id, log, session and version", ({ expect }) => {
    expect(v.is(SessionBodySchema, COMMAND)).toBe(true);
    for (const name of Object.keys(COMMAND)) {
      const without = Object.fromEntries(Object.entries(COMMAND).filter(([key]) => key !== name));
      expect(v.is(SessionBodySchema, without), name).toBe(false);
    }
    for (const id of ["", "a b", "客", "x".repeat(65), "a:b"])
      expect(v.is(SessionBodySchema, { ...COMMAND, id }), id).toBe(false);
    expect(v.is(SessionBodySchema, { ...COMMAND, session: 0 })).toBe(false);
    expect(v.is(SessionBodySchema, { ...COMMAND, agent: AGENT })).toBe(false);
  });

  it("parks until a time that can be read", ({ expect }) => {
    const parks = (until: string) => v.safeParse(ParkBodySchema, { ...COMMAND, until });
    expect(parks(NOW).success).toBe(true);
    expect(parks("2026-11-30T16:00:00+08:00").success).toBe(true);
    for (const until of ["2026-12-03T10:00:00+08", "tomorrow", ""]) {
      const refused = parks(until);
      expect(refused.success, until).toBe(false);
      expect(refused.issues?.[0].message).toBe("must be a time such as 2026-12-01T08:00:00Z");
    }
  });

  it("transfers to an agent or to a team, not to both", ({ expect }) => {
    const isTransfer = (more: object) => v.is(TransferBodySchema, { ...COMMAND, ...more });
    expect(isTransfer({ to: { agent: AGENT }, note: "x".repeat(MAX_NOTE) })).toBe(true);
    expect(isTransfer({ to: { team: "售后" } })).toBe(true);
    for (const to of [{}, { agent: AGENT, team: "售后" }, { agent: "小王" }, { team: "a b" }, { team: "a:b" }, AGENT])
      expect(isTransfer({ to }), JSON.stringify(to)).toBe(false);
    expect(isTransfer({ to: { team: "售后" }, note: "x".repeat(MAX_NOTE + 1) })).toBe(false);
    for (const team of ["x".repeat(33), "\u200b", "售后\u200b", "售\u0000后", "售后\ud800"])
      expect(v.is(TeamSchema, team), JSON.stringify(team)).toBe(false);
  });

  it("closes with the newest row seen, parks with an end, answers an offer by its id", ({ expect }) => {
    expect(v.is(CloseBodySchema, { ...COMMAND, seenSeq: 12 })).toBe(true);
    expect(v.is(CloseBodySchema, COMMAND)).toBe(false);
    expect(v.is(ParkBodySchema, { ...COMMAND, until: NOW })).toBe(true);
    expect(v.is(ParkBodySchema, { ...COMMAND, until: "tomorrow" })).toBe(false);
    expect(v.is(OfferBodySchema, { id: "o:1", accept: false })).toBe(true);
    const answer: Commanded = { row: null, isOverCapacity: false };
    expect(v.is(CommandedSchema, answer)).toBe(true);
  });
});

describe("a text of an agent", () => {
  it("is a message of the API with log and newest row seen", ({ expect }) => {
    const options = { log: LOG, seenSeq: 12, hold: true };
    expect(v.is(ReplyOptionsSchema, options)).toBe(true);
    expect(v.is(ReplyBodySchema, { type: "text", content: "您好", ...options })).toBe(true);
    expect(v.is(ReplyBodySchema, { type: "text", content: "您好" })).toBe(false);
  });

  it("is a note with its mentions, or a draft up to its limit", ({ expect }) => {
    expect(v.is(NoteBodySchema, { log: LOG, text: "等财务", mentions: [AGENT] })).toBe(true);
    for (const text of ["", " ", "\u0000", "\u200b\u3164"])
      expect(v.is(NoteBodySchema, { log: LOG, text }), JSON.stringify(text)).toBe(false);
    expect(v.is(NotedSchema, { log: LOG, to: 12 })).toBe(true);
    const draft = (length: number) => ({ log: LOG, draft: { text: "字".repeat(length), mode: "note" } });
    expect(v.is(DraftBodySchema, draft(MAX_DRAFT))).toBe(true);
    expect(v.is(DraftBodySchema, draft(MAX_DRAFT + 1))).toBe(false);
    expect(v.is(SavedDraftSchema, { draft: { text: "", mode: "reply", savedAt: NOW } })).toBe(true);
  });

  it("is a presence with a reason", ({ expect }) => {
    const presence: PresenceInput = { state: "away", reason: "用餐" };
    expect(v.is(PresenceBodySchema, presence)).toBe(true);
    expect(v.is(PresenceBodySchema, { state: "gone", reason: null })).toBe(false);
    expect(ROLES).toEqual(["agent", "supervisor", "admin"]);
  });
});

describe("a list", () => {
  it("is requested by its name, order and page", ({ expect }) => {
    expect(v.parse(ListQuerySchema, { view: "mine" })).toEqual({ view: "mine", order: "waiting", limit: 50 });
    for (const view of VIEWS) expect(v.is(ListQuerySchema, { view }), view).toBe(true);
    for (const order of LIST_ORDERS) expect(v.is(ListQuerySchema, { view: "all", order }), order).toBe(true);
    for (const query of [{}, { view: "none" }, { view: "all", limit: "201" }, { view: "all", q: "" }])
      expect(v.is(ListQuerySchema, query), JSON.stringify(query)).toBe(false);
  });

  it("has rows of open sessions with counts, or of closed ones without", ({ expect }) => {
    const view: OpenViewName = "queue";
    const counts: Counts = { [view]: { total: 2, unread: 1 } };
    const open: SessionList = { view, rows: [], next: null, counts, rev: 1, epoch: "e1" };
    const row: ClosedRow = {
      conversation: "0".repeat(64),
      log: LOG,
      session: 3,
      contact: { account: "mini-program:wx0123456789abcdef", tail: "7f3a", name: null },
      reason: "agent",
      closedAt: NOW,
      assignee: AGENT,
      team: null,
      score: 5,
    };
    const closed: SessionList = { view: "closed", rows: [row], next: null };
    for (const list of [open, closed]) expect(v.is(ListSchema, list), list.view).toBe(true);
    expect(v.is(ClosedRowSchema, row)).toBe(true);
    expect(v.is(CountsSchema, { closed: { total: 1, unread: 0 } })).toBe(false);
    expect(OPEN_VIEWS).not.toContain("closed");
    expect(MAX_LINE).toBe(80);
  });

  it("is restored page by page", ({ expect }) => {
    expect(v.is(RebuildBodySchema, { cursor: null })).toBe(true);
    expect(v.is(RebuiltSchema, { next: "x", asked: 50, failed: 0 })).toBe(true);
  });
});

it("pings often enough that a viewing agent does not expire between two pings", ({ expect }) => {
  expect(PING_INTERVAL_MS).toBeLessThan(VIEWING_MS);
  expect(TYPING_MS).toBeLessThan(VIEWING_MS);
});
