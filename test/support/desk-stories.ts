/**
 * Random stories of a desk and its conversations: events of users, agents and the network and restarts in any order,
 * with the invariants after each step and at the end of the story (the checks of the model behind DESK_PROTOCOL).
 */
import fc from "fast-check";
import { generationOf } from "../../worker/conversation/core/log-id.ts";
import { acceptOffer } from "../../worker/desk/core/assignment.ts";
import { isSameSession, toDeskSession } from "../../worker/desk/core/entry.ts";
import { buildFrames, type FrameRow, type Subscription } from "../../worker/desk/core/frames.ts";
import { choosePresence, closeSocket, removeAgent, saveAgent } from "../../worker/desk/core/presence.ts";
import {
  requestClose,
  requestPark,
  requestTransferToAgent,
  requestTransferToTeam,
} from "../../worker/desk/core/requests.ts";
import { loadDesk } from "../../worker/desk/core/state.ts";
import { listView, VIEW_NAMES } from "../../worker/desk/core/views.ts";
import { findForbiddenActs } from "./desk-acts.ts";
import { findGhosts } from "./desk-ghosts.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "./desk-world.ts";
import { HOUR, MINUTE } from "./sessions.ts";

const AGENTS = {
  a: AGENT,
  b: { ...AGENT, teams: ["t"] },
  s: { ...AGENT, role: "supervisor", teams: ["t"], capacity: 2 },
} as const;
const IDS = ["x", "y", "z"];

const id = fc.constantFrom(...IDS);
const agent = fc.constantFrom("a", "b", "s");
const index = fc.nat({ max: 9 });
const death = fc.option(fc.constantFrom("before its rows are stored", "before its calls are made"), {
  freq: 5,
  nil: undefined,
});
const whole = fc.boolean();

const of = <const T extends string, A extends object>(
  type: T,
  fields: { readonly [K in keyof A]: fc.Arbitrary<A[K]> },
): fc.Arbitrary<A & { readonly type: T }> => fc.record<A>(fields).map((made) => Object.assign({ type }, made));

const STEPS = {
  writes: of("writes", { id, isForBot: whole }),
  delivers: of("delivers", { index, death }),
  loses: of("loses", { index }),
  repeats: of("repeats", { index, death }),
  dies: of("dies", { isEvicted: whole }),
  passes: of("passes", { ms: fc.constantFrom(1, 15_000, MINUTE, 4 * MINUTE) }),
  "passes long": of("passes long", { ms: fc.constantFrom(11 * MINUTE, 2 * HOUR, 49 * HOUR) }),
  alarm: of("alarm", { death }),
  notifies: of("notifies", { id }),
  erases: of("erases", { id }),
  attempts: of("attempts", { id }),
  settles: of("settles", { id, isDelivered: whole }),
  online: of("online", { agent }),
  leaves: of("leaves", { agent }),
  presence: of("presence", { agent, state: fc.constantFrom("online", "busy", "away", "offline") }),
  suspends: of("suspends", { agent }),
  removes: of("removes", { agent }),
  saves: of("saves", { agent }),
  takes: of("takes", { agent, id }),
  replies: of("replies", { agent, id }),
  transfers: of("transfers", { agent, id, target: agent }),
  "to team": of("to team", { agent, id }),
  closes: of("closes", { agent, id }),
  parks: of("parks", { agent, id }),
  accepts: of("accepts", { agent }),
  frame: of("frame", { agent }),
} as const;

type Step = (typeof STEPS)[keyof typeof STEPS] extends fc.Arbitrary<infer T> ? T : never;

/**
 * Steps that every story may have. Of the other steps each story uses a selection, so that a few kinds occur together
 * often.
 */
const ALWAYS = [STEPS.writes, STEPS.writes, STEPS.delivers, STEPS.delivers, STEPS.delivers, STEPS.online];

/**
 * Steps after which a late, repeated or lost call belongs to an erased log, a closed session or a desk that was
 * restarted.
 */
const LATE = [
  STEPS.repeats,
  STEPS.repeats,
  STEPS.erases,
  STEPS.erases,
  STEPS.closes,
  STEPS.takes,
  STEPS.takes,
  STEPS.dies,
  STEPS.loses,
  STEPS.presence,
  STEPS["passes long"],
  STEPS.accepts,
  STEPS.attempts,
];

const choice: fc.Arbitrary<readonly fc.Arbitrary<Step>[]> = fc.oneof(
  { weight: 2, arbitrary: fc.subarray(Object.values<fc.Arbitrary<Step>>(STEPS)) },
  { weight: 1, arbitrary: fc.subarray<fc.Arbitrary<Step>>(LATE, { minLength: 5 }) },
);

/** Generates a story, with or without offers. */
export const deskStory = choice.chain((chosen) =>
  fc.record({
    hasOffers: whole,
    steps: fc.array(fc.oneof(...ALWAYS, ...chosen), { maxLength: 80, size: "max" }),
  }),
);
/** A random sequence of events, and whether the desk makes offers. */
export interface DeskStory {
  readonly hasOffers: boolean;
  readonly steps: readonly Step[];
}

/** A page that shows all lists of an agent. */
interface Page {
  subscription: Subscription;
  readonly rows: Map<string, FrameRow>;
}

/** Runs a story, and returns the invariants that it broke; empty when it broke none. */
export function findBrokenChecks({ hasOffers, steps }: DeskStory): readonly string[] {
  const broken: string[] = [];
  const settings = { ...SETTINGS, idleWarningMs: 2 * HOUR, idleCloseMs: 3 * HOUR, offerMs: hasOffers ? MINUTE : 0 };
  const world = createDeskWorld({ agents: AGENTS, conversations: IDS, settings });
  const pages = new Map(Object.keys(AGENTS).map((name) => [name, openPage(name)]));
  for (const [count, one] of steps.entries()) {
    const reserved = new Set(world.desk().tables.reservations.values.keys());
    run(world, pages, one, `${one.type} ${count}`);
    for (const text of [...findOverLimit(world, reserved), ...findGhosts(world)])
      broken.push(`step ${count} (${one.type}): ${text}`);
  }
  world.rest();
  // Grace periods and parking end as well.
  world.pass(2 * HOUR);
  world.alarm();
  world.rest();
  for (const page of pages.values()) showFrame(world, page);
  broken.push(...findUnrest(world), ...findWrongPages(world, pages));
  for (const name of IDS) broken.push(...findForbiddenActs(name, world.the(name).acts));
  for (const name of IDS)
    for (const [command, times] of world.the(name).applied)
      if (times > 1) broken.push(`${command} applied ${times} times`);
  return broken;
}

function run(world: DeskWorld, pages: ReadonlyMap<string, Page>, one: Step, key: string): void {
  const { decide } = world;
  switch (one.type) {
    case "writes":
      return world.happens(one.id, ({ writes }) => writes(one.isForBot));
    case "delivers":
    case "repeats":
    case "loses": {
      const chosen = world.net()[one.index % Math.max(world.net().length, 1)];
      if (chosen === undefined) return undefined;
      if (one.type !== "repeats") world.takeOut((message) => message === chosen);
      if (one.type !== "loses") world.deliver(chosen, one.death);
      return undefined;
    }
    case "dies":
      return world.killDesk(one.isEvicted ? world.desk().tables.sockets.values : undefined);
    case "passes":
    case "passes long":
      return world.pass(one.ms);
    case "alarm":
      return world.alarm(one.death);
    case "notifies":
      return world.notify(one.id);
    case "erases":
      return world.happens(one.id, ({ erase }) => erase());
    case "attempts":
      return world.happens(one.id, ({ attempts }) => attempts());
    case "settles":
      return world.happens(one.id, ({ settles }) => settles(one.isDelivered));
    case "online":
      return world.desk().tables.agents.values.has(one.agent) ? world.online(one.agent) : undefined;
    case "leaves":
      return decide((draft) => closeSocket(draft, `page of ${one.agent}`));
    case "presence":
      return decide((draft) => choosePresence(draft, one.agent, { state: one.state, reason: null }));
    case "suspends":
      return decide((draft) => saveAgent(draft, one.agent, { ...AGENTS[one.agent], isSuspended: true }));
    case "removes":
      return decide((draft) => removeAgent(draft, one.agent));
    case "saves":
      return decide((draft) => saveAgent(draft, one.agent, AGENTS[one.agent]));
    case "takes":
      return void world.takes(one.agent, one.id, key);
    case "replies":
      return void world.replies(one.agent, one.id, key);
    case "frame":
      return showFrame(world, pages.get(one.agent));
    case "accepts": {
      const offers = [...world.desk().tables.reservations.values.keys()];
      return void decide((draft) => offers.map((offer) => acceptOffer(draft, one.agent, offer)));
    }
    case "transfers":
    case "to team":
    case "closes":
    case "parks":
      return requestAs(world, one, key);
  }
}

function requestAs(
  world: DeskWorld,
  one: Extract<Step, { type: "transfers" | "to team" | "closes" | "parks" }>,
  key: string,
): void {
  const request = world.named(one.agent, one.id, key);
  const seenSeq = world.desk().tables.entries.values.get(one.id)?.session.lastUserSeq ?? 0;
  world.decide((draft) => {
    switch (one.type) {
      case "transfers":
        return requestTransferToAgent(draft, { ...request, target: one.target, sealedNote: null });
      case "to team":
        return requestTransferToTeam(draft, { ...request, team: "t", sealedNote: null });
      case "closes":
        return requestClose(draft, { ...request, seenSeq });
      case "parks":
        return requestPark(draft, { ...request, until: world.now() + HOUR });
    }
  });
}

/**
 * Automatic assignment never exceeds the limit: when an agent is reserved, the sessions assigned to the agent by
 * commands plus all reservations are at most the capacity.
 */
function findOverLimit(world: DeskWorld, reservedBefore: ReadonlySet<string>): readonly string[] {
  const { agents, reservations } = world.desk().tables;
  return [...reservations.values].flatMap(([key, { command }]) => {
    if (reservedBefore.has(key) || command.type !== "assign") return [];
    const { agent: name } = command;
    const served = new Set(IDS.filter((conversation) => world.the(conversation).isCounted(name)));
    for (const other of reservations.values.values()) if (other.command.agent === name) served.add(other.conversation);
    const capacity = agents.values.get(name)?.capacity ?? 0;
    return served.size > capacity
      ? [`${name} is reserved for ${[...served].join()} with a capacity of ${capacity}`]
      : [];
  });
}

/** Invariants at the end of a story, when no event is pending. */
function findUnrest(world: DeskWorld): readonly string[] {
  const { tables } = world.desk();
  const broken: string[] = [];
  for (const name of IDS) {
    const conversation = world.the(name);
    const { open, version } = conversation.session();
    const entry = tables.entries.values.get(name);
    const log = conversation.log()?.id ?? "";
    const isMissing = open !== null && open.status !== "bot" && entry === undefined;
    if (isMissing) broken.push(`${name} is open and has no entry`);
    if (entry !== undefined) {
      const { seq } = conversation.log() ?? {};
      const isEqual =
        open !== null &&
        isSameSession(entry, { log, session: toDeskSession(open) }) &&
        JSON.stringify([entry.version, entry.to, entry.session]) ===
          JSON.stringify([version, seq, toDeskSession(open)]);
      if (!isEqual) broken.push(`${name} has an entry that differs from its session`);
      if (entry.isUnverified) broken.push(`${name} is unverified`);
      const { session } = entry;
      const isQuiet = session.status === "serving" && session.parkedUntil !== null && session.parkedUntil > world.now();
      if (session.status === "serving" && !isQuiet && !isThere(world, session.assignee))
        broken.push(`${name} is served by ${session.assignee}, who is not available`);
      if (session.status === "serving" && session.parkedUntil !== null && !isQuiet)
        broken.push(`${name} is still parked after the parking time has ended`);
    }
    const waits = open !== null && open.waitingSince !== null;
    if (waits && open.status === "bot") broken.push(`${name} waits for an agent but is in no list`);
    const erased = conversation.note()?.log;
    const reserved = [...tables.reservations.values.values()].filter((one) => one.conversation === name);
    const ofErased = [entry, ...reserved.map(({ command }) => command)].filter(
      (one) => one !== undefined && erased !== undefined && one.log === erased,
    );
    if (ofErased.length > 0) broken.push(`an entry or reservation of ${name}'s erased log still exists`);
    if (erased !== undefined && (tables.tombstones.values.get(name)?.generation ?? Infinity) < generationOf(erased))
      broken.push(`${name}'s tombstone is of an earlier generation`);
    if (conversation.note()?.isPending === true) broken.push(`${name}'s erasure is not confirmed`);
  }
  const reloaded = loadDesk(world.rows(), { now: world.now(), epoch: "" }).tables;
  const isStored = ([, value]: readonly [string, unknown]): boolean =>
    !JSON.stringify(value).includes('"status":"bot"');
  for (const table of ["agents", "entries", "reservations", "tombstones", "graces", "turns"] as const) {
    const stored = [...tables[table].values].filter(isStored);
    if (JSON.stringify(sorted(stored)) !== JSON.stringify(sorted([...reloaded[table].values])))
      broken.push(`the stored rows of ${table} differ from memory`);
  }
  if ([...tables.reservations.values.values()].some(({ phase }) => phase === "asking"))
    broken.push("a reservation still waits for an answer");
  return broken;
}

/** Returns whether an agent can serve: with an open page, not suspended, and not set to offline. */
function isThere(world: DeskWorld, name: string): boolean {
  const { agents, sockets } = world.desk().tables;
  const agent = agents.values.get(name);
  const isOnline = [...sockets.values.values()].some((socket) => socket.agent === name);
  return isOnline && agent?.isSuspended === false && agent.wanted.state !== "offline";
}

function sorted(entries: readonly (readonly [string, unknown])[]): readonly (readonly [string, unknown])[] {
  return [...entries].sort(([one], [other]) => (one < other ? -1 : 1));
}

function openPage(name: string): Page {
  const subscription = { agent: name, views: VIEW_NAMES, epoch: null, rev: 0, examined: 0, shown: new Set<string>() };
  return { subscription, rows: new Map() };
}

function showFrame(world: DeskWorld, page: Page | undefined): void {
  if (page === undefined) return;
  const [sent] = buildFrames(world.desk(), [page.subscription], world.now());
  if (sent === null || sent === undefined) return;
  const { frame } = sent;
  if (frame.type === "views") page.rows.clear();
  for (const row of frame.type === "views" ? frame.rows : frame.upserts) page.rows.set(row.conversation, row);
  for (const conversation of frame.type === "views" ? [] : frame.removes) page.rows.delete(conversation);
  page.subscription = sent.subscription;
}

/** Pages converge: a page that received frames shows the current lists. */
function findWrongPages(world: DeskWorld, pages: ReadonlyMap<string, Page>): readonly string[] {
  const isThere = ([name]: [string, Page]): boolean =>
    world.desk().tables.agents.values.get(name)?.isSuspended === false;
  return [...pages].filter(isThere).flatMap(([name, { rows }]) =>
    VIEW_NAMES.flatMap((view) => {
      const list = listView(world.desk(), name, { view, order: "newest", limit: 100 }, world.now());
      const shown = [...rows.values()].filter(({ views }) => views.includes(view));
      const facts = (all: readonly { conversation: string; version: number; session: unknown }[]) =>
        JSON.stringify(sorted(all.map(({ conversation, version, session }) => [conversation, { version, session }])));
      return facts(list) === facts(shown) ? [] : [`the page of ${name} shows another list ${view}`];
    }),
  );
}
