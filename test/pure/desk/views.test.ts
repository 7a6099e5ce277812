/** Lists, their counts, and the changes of lists that a socket receives. */
import { describe, it } from "vitest";
import { API_ACTOR } from "../../../worker/desk/core/agent.ts";
import { buildFrames, type Subscription } from "../../../worker/desk/core/frames.ts";
import { removeAgent, saveAgent } from "../../../worker/desk/core/presence.ts";
import { requestPark, requestTransferToTeam } from "../../../worker/desk/core/requests.ts";
import { applyRead } from "../../../worker/desk/core/snapshot.ts";
import {
  countViews,
  listView,
  placeOf,
  tallySessions,
  VIEW_NAMES,
  type ViewName,
} from "../../../worker/desk/core/views.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { HOUR, MINUTE } from "../../support/sessions.ts";

const IDS = ["bot", "mine", "parked", "queued", "team"];

/** One session in each state; `a` serves two of them, and `t` is another team. */
function startShop(): DeskWorld {
  const wanted = { ...AGENT.wanted, state: "busy" } as const;
  const world = createDeskWorld({
    conversations: IDS,
    agents: {
      a: { ...AGENT, wanted },
      t: { ...AGENT, wanted, teams: ["t"] },
      boss: { ...AGENT, wanted, role: "admin" },
    },
  });
  for (const agent of ["a", "t", "boss"]) world.online(agent);
  for (const id of IDS) {
    world.pass(MINUTE);
    world.happens(id, ({ writes }) => writes(id === "bot"));
  }
  world.deliverAll();
  for (const id of ["mine", "parked", "team"]) world.takes("a", id);
  world.deliverAll();
  world.decide((draft) => requestPark(draft, { ...world.named("a", "parked", "park"), until: world.now() + HOUR }));
  world.decide((draft) =>
    requestTransferToTeam(draft, { ...world.named("a", "team", "to team"), team: "t", sealedNote: null }),
  );
  world.deliverAll();
  return world;
}

const list = (world: DeskWorld, agent: string, view: ViewName, order: "waiting" | "newest" | "window" = "waiting") =>
  listView(world.desk(), agent, { view, order, limit: 100 }, world.now()).map(({ conversation }) => conversation);

const lists = (world: DeskWorld, agent: string) =>
  Object.fromEntries(VIEW_NAMES.map((view) => [view, list(world, agent, view)]));

describe("the lists of an agent", () => {
  it("are filters over the open sessions; those of another team are in none", ({ expect }) => {
    expect(lists(startShop(), "a")).toEqual({
      mine: ["mine"],
      parked: ["parked"],
      queue: ["queued"],
      team: [],
      all: ["mine", "parked", "queued"],
      closing: [],
      bot: ["bot"],
    });
  });

  it("of a team show its sessions and those without a team", ({ expect }) => {
    const { queue, team, mine } = lists(startShop(), "t");
    expect({ queue, team, mine }).toEqual({ queue: ["queued", "team"], team: ["team"], mine: [] });
  });

  it("of an admin show everything, of a removed agent nothing", ({ expect }) => {
    const world = startShop();
    expect(list(world, "boss", "all")).toEqual(["mine", "parked", "queued", "team"]);
    world.decide((draft) => removeAgent(draft, "boss"));
    expect(list(world, "boss", "all")).toEqual([]);
    expect(countViews(world.desk(), "boss", VIEW_NAMES, tallySessions(world.desk(), world.now()))).toEqual({});
  });

  it("show sessions whose reply window is about to close", ({ expect }) => {
    const world = startShop();
    world.pass(46 * HOUR);
    expect(list(world, "a", "closing", "window")).toEqual(["mine", "parked", "queued"]);
  });

  it("are ordered by wait, message or window, and have at most the requested number of rows", ({ expect }) => {
    const world = startShop();
    expect(list(world, "boss", "all", "newest")).toEqual(["team", "queued", "parked", "mine"]);
    expect(list(world, "boss", "all", "window")).toEqual(["mine", "parked", "queued", "team"]);
    const query = { view: "all", order: "waiting", limit: 2 } as const;
    expect(listView(world.desk(), "boss", query, world.now())).toHaveLength(2);
    world.replies("a", "mine", "reply");
    world.rest();
    expect(list(world, "boss", "all").at(-1)).toBe("mine");
  });

  it("continue after the position of the last row, also among rows that do not wait", ({ expect }) => {
    const world = startShop();
    for (const order of ["waiting", "newest", "window"] as const) {
      const query = { view: "all", order, limit: 1 } as const;
      const seen: string[] = [];
      let [row] = listView(world.desk(), API_ACTOR, query, world.now());
      while (row !== undefined) {
        seen.push(row.conversation);
        [row] = listView(world.desk(), API_ACTOR, { ...query, after: placeOf(order, row) }, world.now());
      }
      expect(seen).toEqual(list(world, API_ACTOR, "all", order));
      expect(seen).toHaveLength(4);
    }
  });

  it("show an API key what an admin sees, and only the sessions that match the search", ({ expect }) => {
    const world = startShop();
    expect(lists(world, API_ACTOR)).toEqual({ ...lists(world, "boss"), mine: [], parked: [] });
    const matches = (conversation: string) => conversation === "team";
    const found = listView(world.desk(), API_ACTOR, { view: "all", order: "newest", limit: 9, matches }, world.now());
    expect(found.map(({ conversation }) => conversation)).toEqual(["team"]);
  });

  it("have counts by the same filters", ({ expect }) => {
    const world = startShop();
    const tally = tallySessions(world.desk(), world.now());
    for (const agent of ["a", "t", "boss"]) {
      const counts = countViews(world.desk(), agent, VIEW_NAMES, tally);
      for (const view of VIEW_NAMES) expect(counts[view]?.total).toBe(list(world, agent, view).length);
    }
    expect(countViews(world.desk(), "a", ["mine"], tally)).toEqual({ mine: { total: 1, unread: 1 } });
  });

  it("count a session without a team or agent separately from every named team or agent", ({ expect }) => {
    const wanted = { ...AGENT.wanted, state: "busy" } as const;
    const agents = {
      a: { ...AGENT, wanted },
      "b c": { ...AGENT, wanted, teams: ["t", "t b"] },
      c: { ...AGENT, wanted, teams: ["", "t", "t b"] },
    };
    const world = createDeskWorld({ agents, conversations: ["w", "x", "y", "z"] });
    for (const agent of Object.keys(agents)) world.online(agent);
    for (const id of world.ids) world.happens(id, ({ writes }) => writes());
    world.deliverAll();
    const toTeam = (id: string, team: string): void => {
      world.takes("c", id);
      world.deliverAll();
      world.decide((draft) => requestTransferToTeam(draft, { ...world.named("c", id, team), team, sealedNote: null }));
      world.deliverAll();
    };
    toTeam("x", "");
    toTeam("y", "t");
    toTeam("z", "t b");
    world.takes("b c", "y");
    world.takes("c", "z");
    world.deliverAll();
    const tally = tallySessions(world.desk(), world.now());
    for (const agent of Object.keys(agents)) {
      const counts = countViews(world.desk(), agent, VIEW_NAMES, tally);
      for (const view of VIEW_NAMES)
        expect([view, counts[view]?.total]).toEqual([view, list(world, agent, view).length]);
    }
  });

  it("show read messages as read without a row; an older answer does not undo it", ({ expect }) => {
    const world = startShop();
    const unread = () => world.desk().tables.entries.values.get("mine")?.session.unread;
    const read = () => {
      const snapshot = world.the("mine").snapshot();
      if (snapshot === null) throw new Error("no log");
      return snapshot;
    };
    const before = read();
    world.the("mine").seen();
    world.decide((draft) => applyRead(draft, "mine", read()));
    expect(unread()).toBe(0);
    world.decide((draft) => applyRead(draft, "mine", before));
    expect(unread()).toBe(0);
  });

  it("show an offer to its agent", ({ expect }) => {
    const world = createDeskWorld({ settings: { ...SETTINGS, offerMs: MINUTE } });
    world.online("a");
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    const query = { view: "queue", order: "waiting", limit: 9 } as const;
    const offer = { agent: "a", expiresAt: world.now() + MINUTE };
    expect(listView(world.desk(), "a", query, world.now())).toMatchObject([{ conversation: "x", offer }]);
  });
});

describe("the frames of a socket", () => {
  const subscribe = (agent: string): Subscription => ({
    agent,
    views: ["mine", "queue"],
    epoch: null,
    rev: 0,
    examined: 0,
    shown: new Set(),
  });
  const next = (world: DeskWorld, subscription: Subscription) =>
    buildFrames(world.desk(), [subscription], world.now())[0];

  it("are complete views first, then the changes, with the lists of each row", ({ expect }) => {
    const world = startShop();
    const first = next(world, subscribe("a"));
    expect(first?.frame).toMatchObject({
      type: "views",
      epoch: "1",
      rows: [
        { conversation: "queued", views: ["queue"] },
        { conversation: "mine", views: ["mine"] },
      ],
      counts: { mine: { total: 1, unread: 1 }, queue: { total: 1, unread: 1 } },
    });
    if (first === null || first === undefined) throw new Error("no frame");
    expect(next(world, first.subscription)).toBeNull();
    world.takes("a", "queued");
    world.deliverAll();
    expect(next(world, first.subscription)?.frame).toMatchObject({
      type: "delta",
      from: first.frame.rev,
      upserts: [{ conversation: "queued", views: ["mine"] }],
      removes: [],
      counts: { mine: { total: 2 }, queue: { total: 0 } },
    });
  });

  it("remove sessions that left the lists, and never name sessions that were not shown", ({ expect }) => {
    const world = startShop();
    const of = (agent: string) => {
      const sent = next(world, subscribe(agent));
      if (sent === null || sent === undefined) throw new Error("no frame");
      return sent.subscription;
    };
    const [a, t] = [of("a"), of("t")];
    world.happens("mine", ({ erase }) => erase());
    world.happens("team", ({ writes }) => writes());
    world.deliverAll();
    expect(next(world, a)?.frame).toMatchObject({ type: "delta", upserts: [], removes: ["mine"] });
    expect(next(world, t)?.frame).toMatchObject({ type: "delta", upserts: [{ conversation: "team" }], removes: [] });
  });

  it("are complete views when the socket's revision is older than the known changes", ({ expect }) => {
    const world = startShop();
    const first = next(world, subscribe("a"));
    world.happens("mine", ({ erase }) => erase());
    world.deliverAll();
    world.pass(11 * MINUTE);
    world.alarm();
    world.rest();
    const frame = next(world, first?.subscription ?? subscribe("a"))?.frame;
    expect(frame).toMatchObject({ type: "views" });
    expect(JSON.stringify(frame)).not.toContain('mine","log');
  });

  it("mark a session whose reply window is about to close, which depends on time only", ({ expect }) => {
    const world = startShop();
    const first = next(world, { ...subscribe("a"), views: ["closing"] });
    if (first === null || first === undefined) throw new Error("no frame");
    expect(first.frame).toMatchObject({ type: "views", rows: [] });
    world.rest();
    const { windowUntil } = world.desk().tables.entries.values.get("mine") ?? {};
    world.pass((windowUntil ?? 0) - 2 * HOUR - 1 - world.now());
    world.alarm();
    expect(world.alarmAt()).toBe(world.now() + 1);
    expect(next(world, first.subscription)).toBeNull();
    world.pass(1);
    const made = world.effects.length;
    world.alarm();
    expect(world.effects.slice(made)).toContainEqual({ type: "notify", lists: true, people: false });
    expect(next(world, first.subscription)?.frame).toMatchObject({
      type: "delta",
      upserts: [{ conversation: "mine", views: ["closing"] }],
      counts: { closing: { total: 1 } },
    });
  });

  it("are none for an agent who is suspended", ({ expect }) => {
    const world = startShop();
    world.decide((draft) => saveAgent(draft, "a", { ...AGENT, isSuspended: true }));
    expect(next(world, subscribe("a"))).toBeNull();
    expect(list(world, "a", "all")).toEqual([]);
    expect(countViews(world.desk(), "a", VIEW_NAMES, tallySessions(world.desk(), world.now()))).toEqual({});
  });

  it("are none for an agent who was removed", ({ expect }) => {
    const world = startShop();
    world.decide((draft) => removeAgent(draft, "a"));
    expect(next(world, subscribe("a"))).toBeNull();
  });
});
