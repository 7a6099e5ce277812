/**
 * The product with counters: the same `worker/`, with counters around its objects. None of this code is in the
 * product's bundle. It adds a few methods to the classes and, only when the variable `METER` or `CUT` is set, counters
 * to the runtime's prototypes (meter.ts).
 *
 * - Rows are counted by the runtime: `rowsWritten` of every cursor of SqlStorage, which is billed. The synchronous KV
 * of an object and `setAlarm` return no cursor and count as one row each (WORKERS.md, "Durable Objects").
 * - Calls of objects are counted at the caller, alarms in the alarm handler, messages of pages at the desk.
 * - `HURRY` divides the delay of alarms, so that a run need not wait for twelve seconds.
 * - `CUT` removes the lease from an object's answer and makes alarms wait a hundred times longer: a run then measures a
 * push up to its acknowledgement and nothing after it.
 */
import { connectPage, deskStub } from "../../../worker/desk/client.ts";
import type { AgentInput, ConversationReport } from "../../../worker/desk/rpc.ts";
import kefu, {
  Account as AccountObject,
  Archive as ArchiveObject,
  Conversation as ConversationObject,
  Desk as DeskObject,
} from "../../../worker/index.ts";
import { counts, meter, meteredEnv, type BenchEnv } from "./meter.ts";
import { oldRecords } from "./old-records.ts";
import { METER_PREFIX, type MeterCounts } from "./protocol.ts";

/** A conversation with counters. */
export class Conversation extends ConversationObject {
  constructor(ctx: DurableObjectState, env: BenchEnv) {
    meter(ctx, env);
    super(ctx, meteredEnv(env));
  }

  override alarm(): Promise<void> {
    counts.alarms += 1;
    return super.alarm();
  }

  /**
   * Inserts old records before the log of a known user, as if the user had written for months; they are read at the
   * next wake.
   */
  fill(records: number): void {
    const { sql } = this.ctx.storage;
    const [newest] = sql.exec("select * from log order by seq desc limit 1").toArray();
    const [oldest] = sql.exec("select min(seq) as seq from log").toArray();
    for (const { seq, key, rows } of oldRecords(Number(oldest?.["seq"]), records)) {
      sql.exec("insert into log(seq, key, rows, state) values (?, ?, ?, ?)", seq, key, rows, newest?.["state"] ?? "{}");
    }
  }
}

/** The desk with counters. */
export class Desk extends DeskObject {
  #isBroadcasting = false;

  constructor(ctx: DurableObjectState, env: BenchEnv) {
    meter(ctx, env);
    super(ctx, meteredEnv(env));
  }

  override alarm(): Promise<void> {
    counts.alarms += 1;
    return super.alarm();
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    counts.messages += 1;
    super.webSocketMessage(socket, message);
  }

  /** With `broadcast`: also sends every report to every page at once, as desks without lists do. */
  override async notify(conversation: string, report: ConversationReport): Promise<void> {
    await super.notify(conversation, report);
    if (!this.#isBroadcasting) return;
    const text = JSON.stringify([{ type: "event", row: await this.session(null, conversation), rows: report.rows }]);
    for (const socket of this.ctx.getWebSockets()) if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }

  /** Switches the sending of every report to every page. */
  broadcast(isOn: boolean): void {
    this.#isBroadcasting = isOn;
  }
}

/** The archive with counters. */
export class Archive extends ArchiveObject {
  override alarm(): Promise<void> {
    counts.alarms += 1;
    return super.alarm();
  }
}

/** The other objects have no counters: the caller counts their calls. */
export { Audit, Login, Settings } from "../../../worker/index.ts";

/** An account with counters. */
export class Account extends AccountObject {
  constructor(ctx: DurableObjectState, env: BenchEnv) {
    meter(ctx, env);
    super(ctx, meteredEnv(env));
  }

  override alarm(): Promise<void> {
    counts.alarms += 1;
    return super.alarm();
  }
}

const HINT = "apac";

async function answerBench({ pathname, searchParams }: URL, request: Request, env: BenchEnv): Promise<Response> {
  switch (pathname.slice(METER_PREFIX.length)) {
    case "counts":
      return Response.json(counts satisfies MeterCounts);
    case "fill": {
      const { names, records } = await request.json<{ names: string[]; records: number }>();
      await Promise.all(names.map((name) => fillConversation(env, name, records)));
      return new Response("filled");
    }
    case "agents":
      await addAgents(env, await request.json<AgentInput[]>());
      return new Response("added");
    case "socket":
      return connectPage(env.DESK, HINT, { agent: searchParams.get("agent") ?? "", signIn: "bench" });
    case "broadcast": {
      const stub: unknown = env.DESK.getByName("desk");
      await (stub as DurableObjectStub<Desk>).broadcast(searchParams.get("on") === "1");
      return new Response("switched");
    }
    default:
      return new Response("no such path", { status: 404 });
  }
}

/** Adds agents who are online as soon as they have a page. */
async function addAgents(env: BenchEnv, agents: readonly AgentInput[]): Promise<void> {
  const desk = deskStub(env.DESK, HINT);
  for (const agent of agents) {
    const added = await desk.addAgent(agent);
    if (!added.ok) throw new Error(`the agent ${agent.id} was not added: ${added.error.reason}`);
    await desk.choosePresence(agent.id, { state: "online", reason: null });
  }
}

async function fillConversation(env: BenchEnv, name: string, records: number): Promise<void> {
  const stub: unknown = env.CONVERSATION.getByName(name);
  await (stub as DurableObjectStub<Conversation>).fill(records);
}

export default {
  fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname.startsWith(METER_PREFIX)) return answerBench(url, request, env);
    counts.requests += 1;
    return kefu.fetch(request, meteredEnv(env), ctx);
  },
} satisfies ExportedHandler<BenchEnv>;
