/** The sockets of the desk: what is sent to each page, when, and what is never sent. */
import { describe, it } from "vitest";
import { TYPING_MS, VIEWING_MS } from "../../../shared/api/socket.ts";
import { MadeConversation } from "../../support/desk-made.ts";
import { PageModel } from "../../support/desk-page.ts";
import { ANN, BEN, HOUR, open, PAGE, start, take, typesOf, waits } from "../../support/desk-pages.ts";

describe("a page that says hello", () => {
  it("gets welcome, complete lists and the agents in one message", ({ expect }) => {
    const memory = start();
    waits(memory, 1);
    const end = memory.connect(ANN);
    memory.say(end, new PageModel(PAGE, ["queue"]).hello());
    expect(end.sent).toHaveLength(1);
    const frames = memory.received(end);
    expect(typesOf(frames)).toEqual(["welcome", "views", "people"]);
    expect(frames[0]).toMatchObject({ you: { id: ANN, teams: ["售后"] }, now: new Date(memory.now).toISOString() });
    expect(frames[1]).toMatchObject({ rows: [{ views: ["queue"] }], counts: { queue: { total: 1 } } });
    expect(end.attachment).toMatchObject({ agent: ANN, signIn: "s1", page: PAGE, views: ["queue"] });
  });

  it("gets nothing before it", ({ expect }) => {
    const memory = start();
    const end = memory.connect(ANN);
    memory.say(end, { type: "view", name: "all", on: true });
    waits(memory, 1);
    expect(end.sent).toEqual([]);
  });

  it("of another protocol gets bye and is closed", ({ expect }) => {
    const memory = start();
    const end = memory.connect(ANN);
    memory.say(end, {
      ...new PageModel(PAGE, []).hello(),
      type: "hello",
      protocol: 2,
      page: PAGE,
      epoch: null,
      rev: 0,
      views: [],
    });
    expect(memory.received(end)).toEqual([{ type: "bye", reason: "protocol" }]);
    expect(end).toMatchObject({ isOpen: false, code: 4003 });
  });
});

describe("frames", () => {
  it("are sent at once for the first change, and together for further ones within the interval", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    memory.pass(HOUR);
    memory.received(end);
    const conversations = [1, 2, 3].map((number) => new MadeConversation(number));
    const report = (index: number) => {
      const conversation = conversations[index];
      if (conversation === undefined) throw new Error("no conversation");
      conversation.becomes("queued", memory.now);
      memory.report(conversation.id, conversation.report());
    };
    report(0);
    expect(end.sent).toHaveLength(1);
    expect(memory.received(end)).toMatchObject([{ type: "delta", upserts: [{}] }]);
    const before = memory.timers.length;
    report(1);
    report(2);
    // Nothing is sent until the one timer runs.
    expect(end.sent).toEqual([]);
    expect(memory.timers.length - before).toBeLessThanOrEqual(1);
    memory.pass(50);
    expect(end.sent).toHaveLength(1);
    expect(memory.received(end)).toMatchObject([{ type: "delta", upserts: [{}, {}] }]);
  });

  it("about sessions of another team reach no page, and neither do their ids", ({ expect }) => {
    const memory = start();
    const ann = open(memory, ANN);
    const ben = open(memory, BEN);
    const other = waits(memory, 7, "售前");
    other.says("秘密", memory.now);
    memory.report(other.id, other.report());
    other.becomes("closed", memory.now);
    memory.report(other.id, other.report());
    memory.pass(HOUR);
    expect(JSON.stringify(memory.received(ann.end))).not.toMatch(new RegExp(`${other.id}|秘密`, "u"));
    expect(JSON.stringify(memory.received(ben.end))).toContain(other.id);
  });

  it("of a closed session of another team reach no page, also when it has opened the conversation", ({ expect }) => {
    const memory = start();
    const [ann, ben] = [open(memory, ANN), open(memory, BEN)];
    const other = waits(memory, 7, "售前");
    other.becomes("closed", memory.now);
    memory.report(other.id, other.report());
    for (const { end } of [ann, ben])
      memory.say(end, { type: "open", conversation: other.id, log: other.log, after: 0 });
    other.says("秘密", memory.now);
    const { snapshot, ...report } = other.report();
    const closed = {
      seq: 1,
      reason: "agent",
      closedAt: memory.now,
      assignee: null,
      team: "售前",
      lastUserSeq: 1,
      ratingAskedAt: null,
      score: null,
    } as const;
    memory.report(other.id, { ...report, snapshot: { ...snapshot, session: { ...snapshot.session, closed } } });
    memory.pass(HOUR);
    expect(JSON.stringify(memory.received(ann.end))).not.toContain("秘密");
    expect(JSON.stringify(memory.received(ben.end))).toContain("秘密");
  });

  it("of a session that moves to another team remove it from the page that had it", ({ expect }) => {
    const memory = start();
    const ann = open(memory, ANN);
    const moved = waits(memory, 1, "售后");
    take(memory, ann.end, ann.model);
    expect(ann.model.idsOf("queue")).toEqual([moved.id]);
    memory.say(ann.end, { type: "open", conversation: moved.id, log: moved.log, after: 0 });
    moved.becomes("queued", memory.now, "售前");
    moved.says("秘密", memory.now);
    memory.report(moved.id, moved.report());
    memory.pass(HOUR);
    const frames = take(memory, ann.end, ann.model);
    expect(ann.model.idsOf("all")).toEqual([]);
    expect(JSON.stringify(frames)).not.toContain("秘密");
  });
});

describe("the open conversation", () => {
  it("gets its new rows, masked and without the platform's fields", ({ expect }) => {
    const memory = start();
    const { end, model } = open(memory);
    const user = waits(memory, 1);
    memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 0 });
    memory.pass(50);
    model.conversation = user.id;
    model.log = user.log;
    take(memory, end, model);
    expect(model.mustRead).toBe(true);
    model.history = [...user.rows];
    user.says("电话 13800138000", memory.now);
    memory.report(user.id, user.report());
    memory.pass(50);
    const frames = take(memory, end, model);
    expect(frames.find(({ type }) => type === "rows")).toMatchObject({ from: 2, to: 3 });
    expect(model.history.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(JSON.stringify(frames)).not.toMatch(/13800138000|fields/u);
  });

  it("gets a row once, however often it is reported", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    const user = waits(memory, 1);
    memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.pass(50);
    memory.received(end);
    for (const again of [0, 2, 5]) {
      user.says("再说一次", memory.now);
      memory.report(user.id, user.report(again));
    }
    memory.report(user.id, { ...user.report(3) });
    memory.pass(50);
    const seqs = memory
      .received(end)
      .flatMap((frame) => (frame.type === "rows" ? frame.rows.map(({ seq }) => seq) : []));
    expect(seqs).toEqual([3, 4, 5]);
  });

  it("begins again with another log, and ignores late rows of the old one", ({ expect }) => {
    const memory = start();
    const { end, model } = open(memory);
    const user = waits(memory, 1);
    const late = user.report(2);
    memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.pass(50);
    Object.assign(model, { conversation: user.id, log: user.log, history: [...user.rows] });
    take(memory, end, model);
    user.erased();
    user.becomes("queued", memory.now);
    memory.report(user.id, user.report());
    memory.desk.notify(user.id, late);
    memory.pass(50);
    take(memory, end, model);
    expect(model.log).toBe(user.log);
    expect(model.history.map(({ kind }) => kind)).toEqual(["session"]);
  });

  it("that is erased is closed, and cleared on the page", ({ expect }) => {
    const memory = start();
    const { end, model } = open(memory);
    const user = waits(memory, 1);
    memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.pass(50);
    Object.assign(model, { conversation: user.id, log: user.log, history: [...user.rows] });
    take(memory, end, model);
    memory.desk.confirmErased(user.id, user.generation);
    memory.settle();
    memory.pass(50);
    take(memory, end, model);
    expect(model.history).toEqual([]);
    expect(end.attachment?.open).toBeNull();
  });

  it("that was erased while the page was away is cleared when the page opens it again", ({ expect }) => {
    const memory = start();
    const { end, model } = open(memory);
    const user = waits(memory, 1);
    memory.desk.confirmErased(user.id, user.generation);
    memory.settle();
    Object.assign(model, { conversation: user.id, log: user.log, history: [...user.rows] });
    memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.pass(50);
    take(memory, end, model);
    expect(model.history).toEqual([]);
    expect(end.attachment?.open).toBeNull();
  });

  it("that is not visible is not opened", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    const other = waits(memory, 1, "售前");
    memory.say(end, { type: "open", conversation: other.id, log: other.log, after: 0 });
    other.says("秘密", memory.now);
    memory.report(other.id, other.report());
    memory.pass(50);
    expect(typesOf(memory.received(end))).not.toContain("rows");
    expect(end.attachment?.open).toBeNull();
  });
});

describe("the agents who view and type", () => {
  it("is shown to the others, and expires: typing by itself, viewing at the latest with the desk's alarm", ({
    expect,
  }) => {
    const memory = start();
    const user = waits(memory, 1);
    const ann = open(memory, ANN);
    const ben = open(memory, BEN);
    for (const { end } of [ann, ben]) memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.say(ben.end, { type: "typing", on: true });
    memory.pass(50);
    take(memory, ann.end, ann.model);
    expect(ann.model.who).toEqual({ viewing: [BEN], typing: [BEN] });
    memory.pass(TYPING_MS);
    take(memory, ann.end, ann.model);
    expect(ann.model.who).toEqual({ viewing: [BEN], typing: [] });
    memory.pass(VIEWING_MS);
    memory.desk.alarm();
    memory.settle();
    memory.pass(50);
    take(memory, ann.end, ann.model);
    expect(ann.model.who).toEqual({ viewing: [], typing: [] });
    take(memory, ben.end, ben.model);
    expect(ben.model.who).toEqual({ viewing: [], typing: [] });
  });

  it("leaves no timer: two agents who view a conversation do not keep the desk awake", ({ expect }) => {
    const memory = start();
    const user = waits(memory, 1);
    const ann = open(memory, ANN);
    const ben = open(memory, BEN);
    for (const { end } of [ann, ben]) memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.pass(3_000);
    expect(memory.timers).toEqual([]);
    memory.say(ben.end, { type: "typing", on: true });
    memory.pass(TYPING_MS + 50);
    expect(memory.timers).toEqual([]);
  });

  it("lasts while the page pings, and ends when the page closes the conversation", ({ expect }) => {
    const memory = start();
    const user = waits(memory, 1);
    const ann = open(memory, ANN);
    const ben = open(memory, BEN);
    for (const { end } of [ann, ben]) memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    for (let pings = 0; pings < 4; pings += 1) {
      memory.pass(25_000);
      ben.end.pingedAt = memory.now;
    }
    take(memory, ann.end, ann.model);
    expect(ann.model.who.viewing).toEqual([BEN]);
    memory.say(ben.end, { type: "shut" });
    memory.pass(50);
    take(memory, ann.end, ann.model);
    expect(ann.model.who.viewing).toEqual([]);
  });
});
