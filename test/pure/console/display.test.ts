/** What the desk shows of rows, quotas and times. */
import { describe, it } from "vitest";
import { readInvite, readRoute, writeRoute } from "../../../console/client/route.ts";
import { canHold, costOf, findObstacle, offerOf } from "../../../console/model/composing.ts";
import { countSends, quotaOf } from "../../../console/model/quota.ts";
import { findTransferObstacle, rightsOf } from "../../../console/model/rights.ts";
import { countdown, shortSpan, waitingLevel, waitingTime } from "../../../console/model/spans.ts";
import { toLines, type Line } from "../../../console/model/timeline.ts";
import { EN } from "../../../console/text/en.ts";
import { lookUp } from "../../../console/text/texts.ts";
import { ZH } from "../../../console/text/zh.ts";
import { noted, outcome, rowsOf, said, sampleLog, sent, session, type Maker } from "../../browser/desk/sample-log.ts";
import { agent, conversationId, LI, row, WANG } from "../../browser/desk/sample.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-11-30T08:00:00Z");

function window(changes: Partial<Parameters<typeof quotaOf>[0]> = {}): Parameters<typeof quotaOf>[0] {
  const expiresAt = new Date(NOW + 47 * HOUR).toISOString();
  return { status: "open", grant: "message", remaining: 5, expiresAt, doubtful: false, ...changes };
}

describe("the quota", () => {
  it.for([
    ["plenty", {}, "ok", null],
    ["two left", { remaining: 2 }, "warn", null],
    ["two hours left", { expiresAt: new Date(NOW + 2 * HOUR).toISOString() }, "warn", null],
    ["one left", { remaining: 1 }, "bad", null],
    ["none left", { remaining: 0 }, "none", "used_up"],
    ["its time over, whatever the server last said", { expiresAt: new Date(NOW).toISOString() }, "none", "over"],
    ["no message yet", { grant: null, expiresAt: null, status: "closed", remaining: 0 }, "none", "never"],
    ["handed over to WeChat's tool", { status: "unknown" }, "none", "unknown"],
  ] as const)("with %s", ([, changes, level, closed], { expect }) => {
    expect(quotaOf(window(changes), NOW)).toMatchObject({ level, closed });
  });

  it("has one dot per send of the grant, and shows the remaining share of its time", ({ expect }) => {
    expect(quotaOf(window(), NOW)).toMatchObject({ total: 5, left: 5, share: 47 / 48 });
    expect(
      quotaOf(window({ grant: "enter", remaining: 2, expiresAt: new Date(NOW + 30_000).toISOString() }), NOW),
    ).toMatchObject({ total: 2, share: 0.5 });
  });

  it("is used by each part of a long text; white space uses none", ({ expect }) => {
    expect([
      countSends("  \n"),
      countSends("您好"),
      countSends("字".repeat(700)),
      countSends("字".repeat(5_000)),
    ]).toStrictEqual([0, 1, 2, null]);
    const quota = quotaOf(window({ remaining: 1 }), NOW);
    expect(costOf("字".repeat(700), quota, false)).toStrictEqual({ sends: 2, problem: "too_many" });
    expect(costOf("字".repeat(700), quota, true)).toStrictEqual({ sends: 2, problem: null });
  });
});

describe("the input of a reply", () => {
  it("stays while the agent writes, whatever obstacle arises", ({ expect }) => {
    expect(offerOf(null, false, true)).toBe("send");
    expect(offerOf("used_up", false, true)).toBe("hold");
    expect(offerOf("over", false, true)).toBe("hold");
    for (const obstacle of ["others", "no_right", "ended", "never", "unknown"] as const)
      expect(offerOf(obstacle, false, true)).toBe("blocked");
  });

  it("makes room for the reason while it is empty and without the cursor", ({ expect }) => {
    expect(offerOf("used_up", false, false)).toBe("panel");
    expect(offerOf("ended", false, false)).toBe("panel");
  });

  it("is shown when the agent chooses to write for the user's next message, where that is possible", ({ expect }) => {
    expect(offerOf("used_up", true, false)).toBe("hold");
    expect(offerOf("ended", true, false)).toBe("panel");
    expect(offerOf(null, true, false)).toBe("hold");
  });
});

describe("a clock", () => {
  it("counts waiting times up, and the window down", ({ expect }) => {
    expect([0, 12_000, 161_000, 3_723_000, 27 * HOUR].map(waitingTime)).toStrictEqual([
      "0:00",
      "0:12",
      "2:41",
      "1:02:03",
      "1d 3h",
    ]);
    expect([119_999, 120_000, 300_000].map(waitingLevel)).toStrictEqual(["plain", "warn", "bad"]);
    expect([47 * HOUR + 725_000, 9_000, -1].map(countdown)).toStrictEqual(["47:12:05", "0:00:09", "0:00:00"]);
    expect([47 * HOUR, 108 * 60_000, 26 * 60_000, 40_000].map(shortSpan)).toStrictEqual(["47h", "1h48", "26m", "40s"]);
  });
});

describe("the composer", () => {
  const CLOSED = { isOpen: false, assignee: null };
  const mine = row({ n: 1, text: "", views: ["mine"] });
  const quota = quotaOf(window(), NOW);

  it("is open in one's own session and in the queue of one's team", ({ expect }) => {
    const you = agent(WANG, "小王");
    const queued = row({ n: 2, text: "", assignee: null, views: ["queue"] });
    expect(findObstacle(mine, rightsOf(you, mine), quota, WANG, CLOSED)).toBeNull();
    expect(findObstacle(queued, rightsOf(you, queued), quota, WANG, CLOSED)).toBeNull();
  });

  it("shows why it is closed: another agent, no right, an ended session, the quota", ({ expect }) => {
    const others = row({ n: 3, text: "", assignee: LI, views: ["all"] });
    const stranger = agent(WANG, "小王", { teams: [] });
    const queued = row({ n: 2, text: "", assignee: null, views: ["queue"] });
    expect(findObstacle(others, rightsOf(agent(WANG, "小王"), others), quota, WANG, CLOSED)).toBe("others");
    expect(findObstacle(queued, rightsOf(stranger, queued), quota, WANG, CLOSED)).toBe("no_right");
    expect(findObstacle(null, null, quota, WANG, CLOSED)).toBe("ended");
    expect(findObstacle(null, null, quota, WANG, { isOpen: true, assignee: LI })).toBe("others");
    expect(findObstacle(null, null, quota, WANG, { isOpen: true, assignee: null })).toBe("no_right");
    expect(
      findObstacle(mine, rightsOf(agent(WANG, "小王"), mine), quotaOf(window({ remaining: 0 }), NOW), WANG, CLOSED),
    ).toBe("used_up");
    expect([canHold("used_up"), canHold("over"), canHold("others"), canHold("ended")]).toStrictEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("shows the buttons of the role: only supervisors take over", ({ expect }) => {
    const others = row({ n: 3, text: "", assignee: LI, views: ["all"] });
    expect(rightsOf(agent(WANG, "小王"), others)).toStrictEqual({
      take: false,
      takeOver: false,
      reply: false,
      transfer: false,
      close: false,
      park: false,
    });
    expect(rightsOf(agent(WANG, "小王", { role: "supervisor" }), others)).toMatchObject({
      takeOver: true,
      transfer: true,
      close: true,
      park: false,
    });
    expect(rightsOf(agent(WANG, "小王", { role: "supervisor", teams: [] }), others)).toMatchObject({ takeOver: false });
    expect(rightsOf(agent(WANG, "小王", { role: "admin", teams: [] }), others)).toMatchObject({ takeOver: true });
  });
});

describe("an agent to whom a session is to be transferred", () => {
  it("is in the team, online and below the capacity", ({ expect }) => {
    const li = agent(LI, "小李", { teams: ["售后"], capacity: 2, load: 1 });
    expect(findTransferObstacle(li, "售后")).toBeNull();
    expect(findTransferObstacle(li, null)).toBeNull();
    expect(findTransferObstacle(li, "售前")).toBe("other_team");
    expect(findTransferObstacle({ ...li, actual: "busy" }, "售后")).toBe("absent");
    expect(findTransferObstacle({ ...li, load: 2 }, "售后")).toBe("full");
  });
});

describe("the lines of a conversation", () => {
  const types = (lines: readonly Line[]): readonly string[] => lines.map(({ type }) => type);

  it("show every kind of row once, under its day", ({ expect }) => {
    const lines = toLines(sampleLog(), null);
    expect(new Set(types(lines))).toStrictEqual(new Set(["day", "entered", "session", "in", "out", "note"]));
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });

  it("show the note of a transfer below it, with the agent who transferred", ({ expect }) => {
    const lines = toLines(rowsOf(session("assigned", { assignee: LI }, "已查过物流")), null);
    expect(types(lines)).toStrictEqual(["day", "session", "note"]);
    expect(lines.at(-1)).toMatchObject({ by: WANG, text: "已查过物流" });
    expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
  });

  it("show the outcome of each message, in the order of the rows about it", ({ expect }) => {
    const out = { type: "text", content: "x" } as const;
    const states = (...about: readonly Maker[]): unknown => {
      const line = toLines(rowsOf(sent(out), ...about), null).find(({ type }) => type === "out");
      return line?.type === "out" ? line.delivery.state : undefined;
    };
    expect(states()).toBe("queued");
    expect(states(outcome(1, "attempt"))).toBe("sending");
    expect(states(outcome(1, "attempt"), outcome(1, "sent"))).toBe("sent");
    expect(states(outcome(1, "unconfirmed", { reason: "timeout" }), outcome(1, "sent"))).toBe("sent");
    expect(states(outcome(1, "held", { until: "2026-12-02T08:00:00.000Z" }), outcome(1, "attempt"))).toBe("sending");
    expect(states(outcome(1, "attempt"), outcome(1, "blocked", { reason: "quota_used" }))).toBe("blocked");
  });

  it("apply rows about a whole message to each of its parts", ({ expect }) => {
    const part = { type: "text", content: "x" } as const;
    const rows = rowsOf(
      sent(part, undefined, { part: 1, parts: 2 }),
      sent(part, undefined, { part: 2, parts: 2, ref: 1 }),
      outcome(1, "held", { until: "2026-12-02T08:00:00.000Z" }),
    );
    const states = toLines(rows, null).flatMap((line) => (line.type === "out" ? [line.delivery.state] : []));
    expect(states).toStrictEqual(["held", "held"]);
  });

  it("separate new messages, and group messages that one person wrote together", ({ expect }) => {
    const rows = rowsOf(
      said({ type: "text", content: "a" }),
      said({ type: "text", content: "b" }),
      noted("c"),
      said({ type: "text", content: "d" }),
      session("closed"),
    );
    const lines = toLines(rows, 2);
    expect(types(lines)).toStrictEqual(["day", "in", "new", "in", "note", "in", "session"]);
    expect(lines.flatMap((line) => (line.type === "in" ? [line.isNext] : []))).toStrictEqual([false, false, false]);
    const joined = toLines(rows, null).flatMap((line) => (line.type === "in" ? [[line.isNext, line.isFollowed]] : []));
    expect(joined).toStrictEqual([
      [false, true],
      [true, false],
      [false, false],
    ]);
  });
});

describe("the address of the page", () => {
  it("contains only the list and the conversation", ({ expect }) => {
    const conversation = conversationId(7);
    expect(readRoute(writeRoute({ list: "queue", conversation }))).toStrictEqual({ list: "queue", conversation });
    expect(readRoute(writeRoute({ list: "closed", conversation: null }))).toStrictEqual({
      list: "closed",
      conversation: null,
    });
    for (const hash of ["", "#/", "#/nothing/x", "#/mine/../../evil"])
      expect(readRoute(hash)).toStrictEqual({ list: "mine", conversation: null });
  });

  it("is an invite only with a well-formed secret", ({ expect }) => {
    expect(readInvite("#invite=a0123456789ab.AbC-_1")).toBe("a0123456789ab.AbC-_1");
    expect([readInvite("#invite="), readInvite("#invite=<b>"), readInvite("#/mine")]).toStrictEqual([null, null, null]);
  });
});

describe("the texts", () => {
  it("have the same placeholders in both languages", ({ expect }) => {
    const places = (texts: object): readonly (readonly [string, string])[] =>
      Object.entries(texts).flatMap(([key, value]: readonly [string, unknown]) =>
        typeof value === "string"
          ? [[key, (value.match(/\{\w+\}/g) ?? []).toSorted().join()] as const]
          : places(typeof value === "object" && value !== null ? value : {}),
      );
    expect(places(EN)).toStrictEqual(places(ZH));
  });

  it("of the server's names are found by name, and never by an inherited name", ({ expect }) => {
    expect(lookUp(ZH.problem, "sending")).toBe(ZH.problem.sending);
    expect([lookUp(ZH.problem, "toString"), lookUp(ZH.problem, "__proto__"), lookUp(ZH.problem, "?")]).toStrictEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
