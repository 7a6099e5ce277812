/**
 * Pages converge: when messages are lost or delayed, connections break, or the desk is constructed anew, a connected
 * page still shows the desk's lists and the conversation's rows (docs/reference/promises.md, promise 9).
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { OPEN_VIEWS } from "../../../shared/api/desk/row.ts";
import { MadeConversation } from "../../support/desk-made.ts";
import { DeskMemory, type PageEnd } from "../../support/desk-memory.ts";
import { PageModel } from "../../support/desk-page.ts";

const TEAMS = ["售后", "售前", null] as const;
const AGENTS = ["a0000000000a1", "a0000000000b2", "a0000000000c3"] as const;
const USERS = 5;

/** A page that connects again after each cut, as the protocol demands. */
class LivingPage {
  end: PageEnd | undefined;
  readonly #memory: DeskMemory;
  readonly #users: readonly MadeConversation[];
  readonly agent: string;
  readonly model: PageModel;

  constructor(memory: DeskMemory, users: readonly MadeConversation[], agent: string, number: number) {
    this.#memory = memory;
    this.#users = users;
    this.agent = agent;
    this.model = new PageModel(`page-${number}-0123456789`, ["queue", "mine", "all"]);
  }

  connect(): void {
    if (this.end?.isOpen === true) return;
    this.end = this.#memory.connect(this.agent);
    this.#hello();
    this.#open();
  }

  /** Reads what has arrived. @param isLost the connection breaks before the frames are read */
  receive(isLost = false): void {
    if (this.end === undefined) return;
    const frames = this.#memory.received(this.end);
    if (isLost) return;
    for (const frame of frames) this.model.apply(frame);
    if (this.model.mustAsk) {
      this.model.epoch = null;
      this.#hello();
    }
    this.read();
  }

  /** Reads the missing rows by HTTP. */
  read(): void {
    const user = this.#users.find(({ id }) => id === this.model.conversation);
    if (user === undefined || !this.model.mustRead) return;
    this.model.mustRead = false;
    if (this.model.log !== user.log) this.model.history = [];
    this.model.log = user.log;
    this.model.history.push(...user.rows.slice(this.model.newest()));
  }

  cut(): void {
    if (this.end?.isOpen === true) this.#memory.cut(this.end);
  }

  show(conversation: string): void {
    this.model.conversation = conversation;
    this.model.log = "1-00000000";
    this.model.history = [];
    this.#open();
  }

  #hello(): void {
    if (this.end?.isOpen === true) this.#memory.say(this.end, this.model.hello());
  }

  #open(): void {
    const { conversation, log } = this.model;
    if (conversation === null || this.end?.isOpen !== true) return;
    this.model.mustRead = true;
    this.#memory.say(this.end, { type: "open", conversation, log, after: this.model.newest() });
    this.read();
  }
}

type Step = (world: {
  readonly memory: DeskMemory;
  readonly users: readonly MadeConversation[];
  readonly pages: readonly LivingPage[];
}) => void;

const user = fc.nat(USERS - 1);
const page = fc.nat(AGENTS.length);
const report = (memory: DeskMemory, user: MadeConversation, again: number): void =>
  memory.report(user.id, user.report(again));

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(user, fc.nat(2)).map<Step>(([at, again]) => ({ memory, users }) => {
    const talking = users[at];
    if (talking === undefined) return;
    if (talking.open === null) talking.becomes("queued", memory.now);
    talking.says("你好", memory.now);
    report(memory, talking, again);
  }),
  fc
    .tuple(user, fc.constantFrom("queued", "serving", "closed"), fc.constantFrom(...TEAMS), fc.constantFrom(...AGENTS))
    .map<Step>(([at, status, team, assignee]) => ({ memory, users }) => {
      const changing = users[at];
      if (changing === undefined || (status === "closed" && changing.open === null)) return;
      changing.becomes(status, memory.now, team, assignee);
      report(memory, changing, 0);
    }),
  user.map<Step>((at) => ({ memory, users }) => {
    const erased = users[at];
    if (erased === undefined || erased.rows.length === 0) return;
    memory.desk.confirmErased(erased.id, erased.generation);
    erased.erased();
    memory.settle();
  }),
  page.map<Step>(
    (at) =>
      ({ pages }) =>
        pages[at]?.connect(),
  ),
  page.map<Step>(
    (at) =>
      ({ pages }) =>
        pages[at]?.cut(),
  ),
  page.map<Step>(
    (at) =>
      ({ pages }) =>
        pages[at]?.receive(),
  ),
  page.map<Step>((at) => ({ pages }) => {
    pages[at]?.receive(true);
    pages[at]?.cut();
  }),
  fc.tuple(page, user).map<Step>(
    ([at, shown]) =>
      ({ pages, users }) =>
        pages[at]?.show(users[shown]?.id ?? ""),
  ),
  fc.constantFrom(1, 20, 60, 3_000).map<Step>(
    (ms) =>
      ({ memory }) =>
        memory.pass(ms),
  ),
  fc.constant<Step>(({ memory }) => memory.evict()),
  fc.tuple(fc.constantFrom(...AGENTS), fc.subarray(["售后", "售前"])).map<Step>(
    ([agent, teams]) =>
      ({ memory }) =>
        void memory.desk.agents.change(agent, { teams }),
  ),
);

describe("pages", () => {
  it("show the desk's lists and the conversation's rows once they are connected and have read", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new DeskMemory();
        const users = Array.from({ length: USERS }, (_, index) => new MadeConversation(index + 1));
        AGENTS.forEach((id, index) => {
          const team = TEAMS[index];
          const teams = team === null || team === undefined ? [] : [team];
          memory.desk.agents.add({ id, name: id, role: index === 2 ? "supervisor" : "agent", teams, capacity: 0 });
        });
        // Two pages of the first agent, one page of each other agent.
        const pages = [...AGENTS, AGENTS[0]].map((agent, index) => new LivingPage(memory, users, agent, index));
        for (const run of steps) run({ memory, users, pages });
        for (const each of pages) each.connect();
        for (let rounds = 0; rounds < 3; rounds += 1) {
          memory.pass(3_000);
          for (const each of pages) {
            each.receive();
            each.connect();
          }
        }
        for (const { agent, model } of pages) {
          for (const view of model.views) {
            const rows = memory.list(agent, view);
            expect(model.idsOf(view)).toEqual(rows.map(({ conversation }) => conversation).sort());
            for (const row of rows) expect(model.rows.get(row.conversation)).toMatchObject(row);
          }
          const counts = memory.desk.lists.list(agent, { view: "all", order: "waiting", limit: 1 }).counts;
          for (const view of model.views) expect(model.counts[view]).toEqual(counts[view]);
          const shown = users.find(({ id }) => id === model.conversation);
          if (shown === undefined || !memory.desk.lists.maySee(agent, shown.id)) continue;
          expect(model.history.map(({ seq }) => seq)).toEqual(shown.rows.map(({ seq }) => seq));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("can show every list", ({ expect }) => {
    const memory = new DeskMemory();
    memory.desk.agents.add({ id: AGENTS[0], name: "a", role: "admin", teams: [], capacity: 0 });
    const model = new PageModel("page-all-0123456789", [...OPEN_VIEWS]);
    const end = memory.connect(AGENTS[0]);
    memory.say(end, model.hello());
    for (const frame of memory.received(end)) model.apply(frame);
    expect(Object.keys(model.counts).sort()).toEqual([...OPEN_VIEWS].sort());
  });
});
