/**
 * The product with counters: the same `worker/`, with counters around its objects. None of this code is in the
 * product's bundle. It adds one method to every class and, only when the variable `METER` or `CUT` is set, counters to
 * the runtime's prototypes.
 *
 * - Rows are counted by the runtime: `rowsWritten` of every cursor of SqlStorage, which is billed. The synchronous KV
 * of an object and `setAlarm` show no cursor and count as one row each (WORKERS.md, "Durable Objects").
 * - Calls of objects are counted at the caller, alarms in the alarm handler.
 * - `HURRY` divides the delay of alarms, so that a run need not wait for twelve seconds.
 * - `CUT` removes the lease from an object's answer and makes alarms wait a hundred times longer: a run then measures a
 * push up to its acknowledgement and nothing after it.
 */
import type { DurableObject } from "cloudflare:workers";
import type { ReceivedWire } from "../../../worker/conversation/rpc.ts";
import kefu, { Account as AccountObject, Conversation as ConversationObject } from "../../../worker/index.ts";
import { oldRecords } from "./old-records.ts";
import { METER_PREFIX, type MeterCounts } from "./protocol.ts";

type BenchEnv = Env & { readonly METER?: string; readonly HURRY?: string; readonly CUT?: string };

const counts = { rows: 0, calls: 0, alarms: 0, kvReads: 0, kvWrites: 0 };
let isMetered = false;

/**
 * The divisor of alarm delays with `CUT`: delays become a hundred times longer, so the alarm after a lease of twelve
 * seconds never runs during a run.
 */
const CUT_HURRY = 0.01;

/** Changes the delay of alarms, and counts them. */
function hurryAlarms(storage: DurableObjectStorage, hurry: number): void {
  const prototype = Object.getPrototypeOf(storage);
  const setAlarm: DurableObjectStorage["setAlarm"] = prototype.setAlarm;
  prototype.setAlarm = function countedSetAlarm(this: DurableObjectStorage, at: number) {
    counts.rows += 1;
    return setAlarm.call(this, Date.now() + (at - Date.now()) / hurry);
  };
}

/** Adds counters to the runtime's prototypes. */
function meterStorage(storage: DurableObjectStorage): void {
  const sql = Object.getPrototypeOf(storage.sql);
  const exec: SqlStorage["exec"] = sql.exec;
  sql.exec = function countedExec(this: SqlStorage, query: string, ...args: SqlStorageValue[]) {
    const cursor = exec.call(this, query, ...args);
    counts.rows += cursor.rowsWritten;
    return cursor;
  };
  const kv = Object.getPrototypeOf(storage.kv);
  const put: (key: string, value: unknown) => void = kv.put;
  kv.put = function countedPut(this: unknown, key: string, value: unknown) {
    counts.rows += 1;
    put.call(this, key, value);
  };
}

/** Adds the counters once per isolate: prototypes are shared by all of its objects. */
function meter(ctx: DurableObjectState, env: BenchEnv): void {
  if (isMetered) return;
  isMetered = true;
  if (env.METER === "1") {
    meterStorage(ctx.storage);
    hurryAlarms(ctx.storage, Number(env.HURRY ?? "1"));
  }
  if (env.CUT === "1") hurryAlarms(ctx.storage, CUT_HURRY);
}

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

/** The other objects have no counters: the caller counts their calls. */
export { Archive, Audit, Desk, Login, Settings } from "../../../worker/index.ts";

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

const metered = new WeakMap<object, Env>();

/**
 * Returns the bindings with counters; always the same object for the same environment, as the product's cache requires.
 */
function meteredEnv(env: BenchEnv): Env {
  if (env.METER !== "1" && env.CUT !== "1") return env;
  const known = metered.get(env);
  if (known !== undefined) return known;
  const made: Env =
    env.CUT === "1"
      ? { ...env, CONVERSATION: cutNamespace(env.CONVERSATION) }
      : {
          ...env,
          CONVERSATION: meterNamespace(env.CONVERSATION),
          ACCOUNT: meterNamespace(env.ACCOUNT),
          SETTINGS: meterNamespace(env.SETTINGS),
          KV: meterKv(env.KV),
        };
  metered.set(env, made);
  return made;
}

/**
 * Returns a namespace of conversations whose leases are removed from the answers. Not a proxy: with a proxy around a
 * stub, the runtime creates its methods on every call, which added a tenth to the measured cost of a push.
 */
function cutNamespace(namespace: BenchEnv["CONVERSATION"]): BenchEnv["CONVERSATION"] {
  const cut: Pick<BenchEnv["CONVERSATION"], "getByName" | "idFromName"> = {
    idFromName: (name) => namespace.idFromName(name),
    getByName(name, options) {
      const stub: ReceivingStub = namespace.getByName(name, options);
      const receive: ReceivingStub["receive"] = async (...args) => withoutLease(await stub.receive(...args));
      return Object.assign(Object.create(null), { receive });
    },
  };
  return Object.assign(Object.create(null), cut);
}

/** The one method of a conversation that a push calls. */
interface ReceivingStub {
  receive(...args: Parameters<Conversation["receive"]>): Promise<ReceivedWire>;
}

function withoutLease(received: ReceivedWire): ReceivedWire {
  return typeof received === "object"
    ? { outcome: received.outcome, acknowledgement: received.acknowledgement }
    : received;
}

function meterNamespace<T extends DurableObject>(namespace: DurableObjectNamespace<T & Rpc.DurableObjectBranded>) {
  return new Proxy(namespace, {
    get(target, name) {
      if (name === "idFromName") return (of: string) => target.idFromName(of);
      if (name !== "getByName") return Reflect.get(target, name);
      return (...args: Parameters<typeof target.getByName>) => meterStub(target.getByName(...args));
    },
  });
}

function meterStub<T extends object>(stub: T): T {
  return new Proxy(stub, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        counts.calls += 1;
        return Reflect.apply(method, target, args);
      };
    },
  });
}

function meterKv(kv: KVNamespace): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        if (name === "get") counts.kvReads += 1;
        else counts.kvWrites += 1;
        return Reflect.apply(method, target, args);
      };
    },
  });
}

async function answerBench(path: string, request: Request, env: BenchEnv): Promise<Response> {
  if (path === "counts") return Response.json(counts satisfies MeterCounts);
  const { names, records } = await request.json<{ names: string[]; records: number }>();
  await Promise.all(names.map((name) => fillConversation(env, name, records)));
  return new Response("filled");
}

async function fillConversation(env: BenchEnv, name: string, records: number): Promise<void> {
  const stub: unknown = env.CONVERSATION.getByName(name);
  await (stub as DurableObjectStub<Conversation>).fill(records);
}

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(METER_PREFIX)) return answerBench(pathname.slice(METER_PREFIX.length), request, env);
    return kefu.fetch(request, meteredEnv(env), ctx);
  },
} satisfies ExportedHandler<BenchEnv>;
