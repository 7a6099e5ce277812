/**
 * The agents of a long run: they take, answer, transfer and close sessions as their pages show them, all at the same time
 * and on the same sessions, while the worker is killed. What they asked for, and what was answered, is recorded.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { seeded, type Seeded } from "../support/seeded.ts";
import { hireAgent, type Agent, type Outcome } from "./agent.ts";

/** A command on a session. */
export interface CommandBook {
  readonly agent: string;
  readonly conversation: string;
  readonly log: string;
  readonly session: number;
  readonly version: number;
  readonly name: "take" | "transfer" | "close";
  /** The agent who gets the session, of a transfer only. */
  readonly target?: string;
  /** The newest user message that the agent had seen, of a close only. */
  readonly seenSeq?: number;
  outcome: Outcome;
}

/** A reply or a note. No other text contains its `mark`. */
export interface TextBook {
  readonly agent: string;
  readonly conversation: string;
  readonly mark: string;
  outcome: Outcome;
}

/** The agents and the record of their actions. */
export interface Team {
  readonly agents: readonly Agent[];
  readonly commands: readonly CommandBook[];
  readonly replies: readonly TextBook[];
  readonly notes: readonly TextBook[];
  /** Begins the work. */
  readonly begin: () => void;
  /** Connects the pages at once, after the worker was started again. */
  readonly poke: () => void;
  /** Ends the work; resolves when every request has been answered or given up. The pages stay connected. */
  readonly rest: () => Promise<void>;
  /** Disconnects the pages for good. */
  readonly leave: () => void;
}

/** The delay between two acts of an agent, milliseconds. */
const PAUSE_MS = [20, 250] as const;

/** Adds agents who are online. @param apiKey of the deployment */
export async function hireTeam(base: string, apiKey: string, names: readonly string[], seed: number): Promise<Team> {
  const agents: Agent[] = [];
  for (const name of names) agents.push(await hireAgent(base, apiKey, name));
  const commands: CommandBook[] = [];
  const replies: TextBook[] = [];
  const notes: TextBook[] = [];
  const working = new Set<Promise<void>>();
  const shift = { isOn: false };
  let count = 0;

  async function command(
    agent: Agent,
    { conversation, log, version, session }: ShownDeskRow,
    name: CommandBook["name"],
    { target, seenSeq }: Pick<CommandBook, "target" | "seenSeq"> = {},
  ): Promise<void> {
    count += 1;
    const id = `${name}-${count}`;
    const book: CommandBook = {
      agent: agent.id,
      conversation,
      log,
      session: session.seq,
      version,
      name,
      ...(target !== undefined && { target }),
      ...(seenSeq !== undefined && { seenSeq }),
      outcome: "unknown",
    };
    commands.push(book);
    book.outcome = await agent.post(`conversations/${conversation}/${name}`, {
      id,
      log,
      session: session.seq,
      version,
      ...(target !== undefined && { to: { agent: target } }),
      ...(seenSeq !== undefined && { seenSeq }),
    });
  }

  async function write(agent: Agent, { conversation, log }: ShownDeskRow, kind: "replies" | "notes"): Promise<void> {
    count += 1;
    const mark = `${kind === "replies" ? "客服答" : "备注"}-${count}`;
    const book: TextBook = { agent: agent.id, conversation, mark, outcome: "unknown" };
    (kind === "replies" ? replies : notes).push(book);
    const body = kind === "replies" ? { type: "text", content: mark } : { text: mark };
    book.outcome = await agent.post(`conversations/${conversation}/${kind}`, { log, ...body }, `${kind}-${count}`);
  }

  function act(agent: Agent, row: ShownDeskRow, random: Seeded): Promise<void> {
    const { status, assignee, lastUserSeq } = row.session;
    const other = random.pick([agent, ...agents.filter(({ id }) => id !== agent.id)]);
    if (status === "serving" && assignee === agent.id) {
      const drawn = random.real();
      if (drawn < 0.45) return write(agent, row, "replies");
      if (drawn < 0.65) return command(agent, row, "transfer", { target: other.id });
      if (drawn < 0.9) return command(agent, row, "close", { seenSeq: lastUserSeq });
      return write(agent, row, "notes");
    }
    // What waits, and what a colleague serves: a take-over, or a reply that is refused.
    return random.chance(0.6) ? command(agent, row, "take") : write(agent, row, "replies");
  }

  async function work(agent: Agent, random: Seeded): Promise<void> {
    while (shift.isOn) {
      const rows = [...agent.page.state().rows.values()].filter(({ session }) => session.status !== "bot");
      const [first, ...others] = rows;
      if (agent.page.link() === "live" && first !== undefined)
        await act(agent, random.pick([first, ...others]), random);
      await sleep(random.int(...PAUSE_MS));
    }
  }

  return {
    agents,
    commands,
    replies,
    notes,
    begin() {
      shift.isOn = true;
      for (const [index, agent] of agents.entries()) {
        agent.page.start();
        const worked = work(agent, seeded(seed, -1_000 - index)).finally(() => working.delete(worked));
        working.add(worked);
      }
    },
    poke() {
      for (const { page } of agents) page.poke();
    },
    async rest() {
      shift.isOn = false;
      await Promise.all(working);
    },
    leave() {
      for (const { page } of agents) page.stop();
    },
  };
}
