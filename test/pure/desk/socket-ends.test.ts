/** The sockets of the desk: pages that connect again, a desk constructed anew, pages that are closed, and what pages send. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { PageModel } from "../../support/desk-page.ts";
import { ANN, BEN, HOUR, open, PAGE, start, take, typesOf, waits } from "../../support/desk-pages.ts";

describe("a page that connects again", () => {
  it("gets one delta with the missed changes and removals", ({ expect }) => {
    const memory = start();
    const users = [1, 2, 3].map((number) => waits(memory, number));
    const { end, model } = open(memory);
    memory.cut(end);
    for (const [index, user] of users.entries()) {
      if (index === 0) user.becomes("closed", memory.now);
      else user.says("还在吗", memory.now);
      memory.report(user.id, user.report());
      memory.pass(50);
    }
    const again = memory.connect(ANN);
    memory.say(again, model.hello());
    memory.pass(50);
    const frames = take(memory, again, model);
    expect(typesOf(frames)).toEqual(["welcome", "delta", "people"]);
    expect(frames[1]).toMatchObject({ removes: [users[0]?.id], upserts: [{}, {}] });
    expect(model.idsOf("queue")).toEqual([users[1]?.id, users[2]?.id]);
  });

  it("gets the frames again that were lost with the connection", ({ expect }) => {
    const memory = start();
    const [gone, kept] = [waits(memory, 1), waits(memory, 2)];
    const { end, model } = open(memory);
    gone.becomes("closed", memory.now);
    memory.report(gone.id, gone.report());
    kept.says("还在吗", memory.now);
    memory.report(kept.id, kept.report());
    memory.pass(50);
    // Sent by the desk, never received.
    memory.received(end);
    memory.cut(end);
    const again = memory.connect(ANN);
    memory.say(again, model.hello());
    memory.pass(50);
    expect(take(memory, again, model)[1]).toMatchObject({ type: "delta", removes: [gone.id], upserts: [{}] });
    expect(model.idsOf("all")).toEqual([kept.id]);
  });

  it("before the desk has noticed the broken connection replaces its old socket, and the agent stays present", ({
    expect,
  }) => {
    const memory = start();
    waits(memory, 1);
    const { end, model } = open(memory);
    const again = memory.connect(ANN);
    memory.say(again, model.hello());
    memory.pass(50);
    expect(end).toMatchObject({ isOpen: false, code: 4000 });
    expect(typesOf(take(memory, again, model))).not.toContain("views");
    expect(memory.desk.runner.desk.tables.graces.values.get(ANN)).toBeUndefined();
  });

  it("gets complete lists when its rights, its lists or the desk have changed", ({ expect }) => {
    const memory = start();
    const moved = waits(memory, 1, "售后");
    const { end, model } = open(memory);
    memory.cut(end);
    memory.desk.agents.change(ANN, { teams: ["售前"] });
    const again = memory.connect(ANN);
    memory.say(again, model.hello());
    memory.pass(50);
    expect(typesOf(take(memory, again, model))).toContain("views");
    expect(model.idsOf("all")).not.toContain(moved.id);
    memory.cut(again);
    model.views = ["mine"];
    const third = memory.connect(ANN);
    memory.say(third, model.hello());
    memory.pass(50);
    expect(typesOf(take(memory, third, model))).toContain("views");
    memory.cut(third);
    memory.evict();
    const fourth = memory.connect(ANN);
    memory.say(fourth, model.hello());
    memory.pass(50);
    expect(typesOf(take(memory, fourth, model))).toContain("views");
  });
});

describe("a desk constructed again with sockets attached", () => {
  it("sends complete lists, agents and the position at once, and begins no grace period", ({ expect }) => {
    const memory = start();
    const user = waits(memory, 1);
    const { end, model } = open(memory);
    memory.say(end, { type: "open", conversation: user.id, log: user.log, after: 2 });
    memory.pass(50);
    memory.received(end);
    memory.evict();
    const frames = take(memory, end, model);
    expect(typesOf(frames)).toEqual(["views", "people", "rows"]);
    expect(frames[2]).toMatchObject({ from: 2, to: 2, rows: [] });
    expect(memory.desk.runner.desk.tables.graces.values.get(ANN)).toBeUndefined();
    expect(JSON.stringify(end.attachment).length).toBeLessThan(1_024);
  });

  it("closes a socket whose attachment it cannot read", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    Object.assign(end, { attachment: { version: 9 } });
    memory.evict();
    expect(end.code).toBe(4002);
  });
});

describe("a page is closed", () => {
  it("when its agent opens more than ten: one that no longer pings, otherwise the first", ({ expect }) => {
    const memory = start();
    const ends = Array.from({ length: 10 }, (_, index) => {
      memory.pass(10);
      return open(memory, ANN, new PageModel(`${PAGE}-${index}`, ["queue"])).end;
    });
    const other = open(memory, BEN);
    memory.pass(60_000);
    for (const [index, end] of ends.entries()) if (index !== 7) end.pingedAt = memory.now;
    const eleventh = open(memory, ANN, new PageModel(`${PAGE}-eleventh`, ["queue"]));
    expect(ends.filter(({ isOpen }) => !isOpen)).toEqual([ends[7]]);
    expect(ends[7]).toMatchObject({ code: 4010 });
    expect(memory.received(ends[7] ?? eleventh.end).at(-1)).toEqual({ type: "bye", reason: "too_many_pages" });
    open(memory, ANN, new PageModel(`${PAGE}-twelfth`, ["queue"]));
    expect(ends.map(({ isOpen }) => isOpen)).toEqual(ends.map((_, index) => index !== 0 && index !== 7));
    expect(other.end.isOpen).toBe(true);
    expect(memory.desk.runner.desk.tables.sockets.values.size).toBe(11);
  });

  it("but not when one of ten connects again before the desk has noticed that its socket is broken", ({ expect }) => {
    const memory = start();
    const pages = Array.from({ length: 10 }, (_, index) =>
      open(memory, ANN, new PageModel(`${PAGE}-${index}`, ["queue"])),
    );
    const [third, last] = [pages[2], pages[9]];
    if (third === undefined || last === undefined) throw new Error("no page");
    const again = memory.connect(ANN);
    const thirdAgain = memory.connect(ANN);
    memory.say(thirdAgain, third.model.hello());
    memory.say(again, last.model.hello());
    expect(pages.flatMap(({ end }, index) => (end.isOpen ? [] : [[index, end.code]]))).toEqual([
      [2, 4000],
      [9, 4000],
    ]);
    expect([again.isOpen, thirdAgain.isOpen]).toEqual([true, true]);
  });

  it("when its agent opens more than twenty sockets, also of pages that say nothing", ({ expect }) => {
    const memory = start();
    const ends = Array.from({ length: 21 }, () => {
      memory.pass(10);
      return memory.connect(ANN);
    });
    expect(ends.map(({ code }) => code)).toEqual([4010, ...Array.from({ length: 20 }, () => null)]);
  });

  it("at once when its agent is suspended, and gets nothing any more", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    memory.desk.agents.change(ANN, { isSuspended: true });
    expect(end).toMatchObject({ isOpen: false, code: 4002 });
    expect(memory.received(end).at(-1)).toEqual({ type: "bye", reason: "rights_changed" });
    waits(memory, 1);
    expect(end.sent).toEqual([]);
    const again = memory.connect(ANN);
    expect(again.isOpen).toBe(false);
  });

  it("with the sign-in it belongs to, and no other", ({ expect }) => {
    const memory = start();
    const ends = ["s1", "s2"].map((signIn) => memory.connect(ANN, signIn));
    memory.sockets.signOut(ANN, "s1");
    expect(ends.map(({ isOpen, code }) => ({ isOpen, code }))).toEqual([
      { isOpen: false, code: 4001 },
      { isOpen: true, code: null },
    ]);
  });

  it("after 12 hours, so that its sign-in is checked again", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    memory.pass(12 * HOUR - 1_000);
    end.pingedAt = memory.now;
    memory.desk.alarm();
    expect(end.isOpen).toBe(true);
    memory.pass(1_000);
    memory.desk.alarm();
    expect(end.code).toBe(4002);
  });

  it("when it does not ping for 75 seconds", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    memory.pass(76_000);
    memory.desk.alarm();
    expect(end.code).toBe(4008);
  });

  it("when it sends invalid or too many messages", ({ expect }) => {
    const memory = start();
    const bad = open(memory);
    memory.sockets.receive(bad.end.id, "{");
    expect(bad.end.code).toBe(4009);
    const binary = open(memory);
    memory.sockets.receive(binary.end.id, new ArrayBuffer(4));
    expect(binary.end.code).toBe(4009);
    const loud = open(memory);
    for (let frames = 0; frames < 100; frames += 1) memory.sockets.receive(loud.end.id, '{"type":"shut"}');
    expect(loud.end.code).toBe(4029);
  });
});

describe("the messages of a page", () => {
  it("chooses the presence and saves drafts of conversations it may see", ({ expect }) => {
    const memory = start();
    const { end } = open(memory);
    memory.say(end, { type: "presence", state: "busy", reason: "培训" });
    expect(memory.desk.agents.find(ANN)?.wanted).toMatchObject({ state: "busy", reason: "培训" });
    memory.say(end, { type: "view", name: "mine", on: true });
    memory.say(end, { type: "view", name: "all", on: false });
    expect(end.attachment?.views).toEqual(["queue", "mine"]);
  });

  it("may be anything: the desk neither throws nor shows data that the agent may not see", ({ expect }) => {
    const conversation = "7".padStart(64, "0");
    const frame = fc.oneof(
      fc.record({ type: fc.constantFrom("open", "seen", "draft", "view", "typing", "presence", "shut", "later") }),
      fc.record(
        {
          type: fc.constantFrom("open", "seen", "draft"),
          conversation: fc.constantFrom(conversation, "x"),
          log: fc.constantFrom("1-0123abcd", "9-0123abcd", ""),
          after: fc.integer(),
          session: fc.integer(),
          seq: fc.integer(),
          draft: fc.anything(),
        },
        { requiredKeys: ["type", "conversation"] },
      ),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            frame.map((value) => toJson(value)),
            fc.string(),
          ),
          { maxLength: 20 },
        ),
        (texts) => {
          const memory = start();
          waits(memory, 7, "售前");
          const { end } = open(memory);
          for (const text of texts) memory.sockets.receive(end.id, text);
          memory.pass(HOUR);
          expect(JSON.stringify(memory.received(end))).not.toContain(conversation);
        },
      ),
      { numRuns: 60 },
    );
  });
});

function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each)) ?? "";
}
