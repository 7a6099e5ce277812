/**
 * Measures row k of docs/design/bench.md: what a session served by an agent costs, counted by the runtime in the
 * metered Worker (`workers/bench`). One agent with a page is assigned all users, reads each message and replies. As in
 * row e, all users do the same and the counts are divided by their number.
 */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { acceptInvite, openDeskSocket } from "../../../scripts/lib/desk-agent.ts";
import { LOCAL_API_KEY } from "../../../scripts/lib/local-app.ts";
import type { ShownDeskRow } from "../../../shared/api/socket.ts";
import { DeskPage, STANDING_VIEWS } from "../../lib/desk-page.ts";
import { sendLoad } from "../../lib/load.ts";
import { HANDOVER_TEXT, openidOf, textPush, UNANSWERED_TEXT } from "../../lib/push.ts";
import { startKefu, startWeChatApi } from "../../lib/targets.ts";
import { until, untilMetered, untilQuiet } from "../../lib/wait.ts";
import type { Running } from "../../lib/workerd.ts";
import type { BenchOptions } from "../../options.ts";
import type { MeterCounts } from "../../workers/bench/protocol.ts";
import {
  asks,
  asksAtOnce,
  combine,
  divide,
  minus,
  playSteps,
  readCounts,
  says,
  toCounted,
  type Counted,
  type Step,
} from "../count-steps.ts";

/** The most users: the page may send 60 messages at once. */
const MOST_USERS = 16;
/** The capacity of the agent: all users of a run. */
const CAPACITY = 100;
/**
 * The time until the first session of a conversation has been reported to the archive: 8 s and a margin, milliseconds.
 */
const ARCHIVED_MS = 9_000;
const REPLY = "您好，这件外套今天下单，明天发货，预计三天内送到。";

/** The counts per user, by scenario. */
export interface ServiceCounts {
  /** A new user's first message: the session begins and is assigned. */
  readonly opened: Counted;
  /** A message and the agent's reply, each more than 8 s after the message before it. */
  readonly alone: Counted;
  /** One more message and its reply, immediately after the previous ones. */
  readonly active: Counted;
  /** The agent closes the session; the user is sent the closing text with the request for a rating. */
  readonly closed: Counted;
  /** A message that a rule answers, in the visit of row e, with the desk on. */
  readonly automatic: Counted;
}

/** Runs the scenarios and counts. */
export async function countService(options: BenchOptions): Promise<ServiceCounts> {
  const users = Math.min(options.countedUsers, MOST_USERS);
  // Sessions are counted with unchanged alarm delays: the report to the archive is due 8 s after the record, and an
  // alarm that runs sooner finds nothing due and is set again.
  const [sessions, exchanges] = await Promise.all([
    withWorker(1, (worker, api) => countSessions(worker, api, users)),
    withWorker(options.hurry, (worker, api) => countExchanges(worker, api, users, options)),
  ]);
  return { ...sessions, ...exchanges };
}

async function withWorker<T>(hurry: number, run: (worker: Running, api: Running) => Promise<T>): Promise<T> {
  const api = await startWeChatApi(0);
  try {
    const vars = { METER: "1", HURRY: String(hurry) };
    const worker = await startKefu("metered", api.url, { vars, humanService: "desk" });
    try {
      return await run(worker, api);
    } finally {
      await worker.stop();
    }
  } finally {
    await api.stop();
  }
}

async function countSessions(
  worker: Running,
  api: Running,
  users: number,
): Promise<Pick<ServiceCounts, "opened" | "closed">> {
  // The access token belongs to the account: it is fetched before counting starts.
  const [agent] = await Promise.all([signIn(worker), playSteps(worker, api, "account", 1, [asks])]);
  const group = new Group(worker, agent, "opened", users);
  const opened = await group.count(async (before) => {
    await group.write(HANDOVER_TEXT);
    await group.untilAlarms(before, 1);
  });
  // The alarm that sends the closing text may also be the one that reports to the archive.
  const closed = await group.count(async (before) => {
    await group.close();
    await group.untilAlarms(before, 1);
    await untilStill(worker, 1);
  });
  await agent.page.close();
  return { opened, closed };
}

async function countExchanges(
  worker: Running,
  api: Running,
  users: number,
  { hurry }: BenchOptions,
): Promise<Pick<ServiceCounts, "alone" | "active" | "automatic">> {
  await playSteps(worker, api, "account", 1, [asks]);
  const automatic = await countAutomatic(worker, api, users, hurry);
  const agent = await signIn(worker);
  const group = new Group(worker, agent, "served", users);
  await group.write(HANDOVER_TEXT);
  await setTimeout(ARCHIVED_MS);
  await untilStill(worker, hurry);
  const alone = await group.count(async () => {
    await group.write();
    await untilStill(worker, hurry);
    await group.reply("alone");
    await untilStill(worker, hurry);
  });
  const two = await group.count(async () => {
    for (const key of ["first", "second"]) {
      await group.write();
      await group.reply(key);
    }
    await untilStill(worker, hurry);
  });
  const one = await group.count(async () => {
    await group.write();
    await group.reply("one");
    await untilStill(worker, hurry);
  });
  await agent.page.close();
  return { alone, active: minus(two, one), automatic };
}

/** Counts automatic messages: in the visit of row e, three messages of five come alone and two at once. */
async function countAutomatic(worker: Running, api: Running, users: number, hurry: number): Promise<Counted> {
  const count = async (steps: readonly Step[]) => {
    const before = await readCounts(worker);
    await playSteps(worker, api, "automatic", users, steps);
    await untilStill(worker, hurry);
    return divide(toCounted(await readCounts(worker), before), users);
  };
  await playSteps(worker, api, "automatic", users, [says]);
  await setTimeout(ARCHIVED_MS);
  await untilStill(worker, hurry);
  const alone = await count([asks]);
  const burst = minus(await count([asksAtOnce, asks]), alone);
  return combine(alone, burst, (one, other) => (3 * one + 2 * other) / 5);
}

/** A signed-in agent with a page. */
interface Agent {
  readonly page: DeskPage;
  readonly call: (path: string, body: object, key?: string) => Promise<void>;
}

async function signIn({ url }: Running): Promise<Agent> {
  const json = { "content-type": "application/json" };
  const invited = await fetch(`${url}/api/v1/agents`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${LOCAL_API_KEY}` },
    body: JSON.stringify({ name: "小林", role: "agent", capacity: CAPACITY }),
  });
  if (!invited.ok) throw new Error(`the agent was not added: ${await invited.text()}`);
  const { invite }: { readonly invite: { readonly url: string } } = await invited.json();
  const { id, cookie } = await acceptInvite(url, invite.url);
  const socket = openDeskSocket(url, cookie);
  const page = new DeskPage(socket, id);
  await once(socket, "open");
  await page.show(STANDING_VIEWS);
  page.say({ type: "presence", state: "online", reason: null });
  return {
    page,
    async call(path, body, key) {
      const response = await fetch(`${url}/api/v1/conversations/${path}`, {
        method: "POST",
        headers: { ...json, origin: url, cookie, ...(key !== undefined && { "idempotency-key": key }) },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} was answered ${response.status} ${text}`);
    },
  };
}

/** Users whose sessions the agent serves. */
class Group {
  readonly #worker: Running;
  readonly #agent: Agent;
  readonly #users: readonly string[];

  constructor(worker: Running, agent: Agent, name: string, users: number) {
    this.#worker = worker;
    this.#agent = agent;
    this.#users = Array.from({ length: users }, (_, index) => openidOf(name, index));
  }

  /** Runs a function. @returns what was counted meanwhile, per user */
  async count(run: (before: MeterCounts) => Promise<void>): Promise<Counted> {
    const before = await readCounts(this.#worker);
    await run(before);
    return divide(toCounted(await readCounts(this.#worker), before), this.#users.length);
  }

  /** Makes every user write; the agent's page waits for each message and marks it as read. */
  async write(text = UNANSWERED_TEXT): Promise<void> {
    const before = this.#users.map((openid) => this.#rowOf(openid)?.session.lastUserSeq ?? 0);
    await sendLoad({
      url: `${this.#worker.url}/wechat/message`,
      connections: 8,
      pushes: this.#users.length,
      makePush: (index) => textPush(this.#users[index] ?? "", text),
    });
    const { page } = this.#agent;
    await this.#untilShown(
      (row, index) => row.session.assignee === page.agent && row.session.lastUserSeq > (before[index] ?? 0),
    );
    for (const { conversation, log, session } of this.#rows())
      page.say({ type: "seen", conversation, log, session: session.seq, seq: session.lastUserSeq });
    await this.#untilShown(({ session }) => session.unread === 0);
  }

  /** Makes the agent reply to every user; waits until the page shows that none is waiting. */
  async reply(key: string): Promise<void> {
    const body = { type: "text", content: REPLY };
    for (const { conversation, log } of this.#rows())
      await this.#agent.call(`${conversation}/replies`, { ...body, log }, `${key}-${conversation}`);
    await this.#untilShown(({ session }) => session.waitingSince === null);
  }

  /** Makes the agent close every session. */
  async close(): Promise<void> {
    for (const { conversation, log, version, session } of this.#rows()) {
      const named = { id: "close", log, version, session: session.seq };
      await this.#agent.call(`${conversation}/close`, { ...named, seenSeq: session.lastUserSeq });
    }
  }

  /** Waits until the alarm of every conversation has run some times since a reading. */
  async untilAlarms({ alarms }: MeterCounts, times: number): Promise<void> {
    const all = alarms + times * this.#users.length;
    await untilMetered(this.#worker.url, "alarms", (counts) => counts.alarms >= all);
    await untilQuiet(this.#worker.pid);
  }

  #rowOf(openid: string): ShownDeskRow | undefined {
    return this.#agent.page.rows.get(openid.slice(-4));
  }

  #rows(): readonly ShownDeskRow[] {
    return this.#users.flatMap((openid) => this.#rowOf(openid) ?? []);
  }

  #untilShown(isShown: (row: ShownDeskRow, index: number) => boolean): Promise<boolean> {
    return until(
      "the sessions on the page",
      async () => this.#rows().length === this.#users.length && this.#rows().every(isShown),
      (areShown) => areShown,
    );
  }
}

/** Waits until no alarm has run for as long as the longest delay, that of a lease. */
async function untilStill(worker: Running, hurry: number): Promise<void> {
  const LONGEST_MS = 12_000;
  for (let before = -1; ;) {
    const { alarms } = await readCounts(worker);
    if (alarms === before) return;
    before = alarms;
    await setTimeout(LONGEST_MS / hurry + 500);
  }
}
