/**
 * The counters of the metered Worker, and the bindings that count (index.ts).
 */
import type { DurableObject } from "cloudflare:workers";
import type { ConversationRpc, ReceivedWire } from "../../../worker/conversation/rpc.ts";

/** The bindings and variables of the metered Worker. */
export type BenchEnv = Env & { readonly METER?: string; readonly HURRY?: string; readonly CUT?: string };

/** The counters since the Worker started. */
export const counts = { requests: 0, rows: 0, calls: 0, alarms: 0, messages: 0, kvReads: 0, kvWrites: 0 };
let isMetered = false;

/**
 * The divisor of alarm delays with `CUT`: delays become a hundred times longer, so the alarm after a lease of twelve
 * seconds never runs during a run.
 */
const CUT_HURRY = 0.01;

/** Divides the delay of alarms by `hurry`, and counts each `setAlarm` as one written row. */
function hurryAlarms(storage: DurableObjectStorage, hurry: number): void {
  const prototype = Object.getPrototypeOf(storage);
  const setAlarm: DurableObjectStorage["setAlarm"] = prototype.setAlarm;
  prototype.setAlarm = function countedSetAlarm(this: DurableObjectStorage, at: number) {
    counts.rows += 1;
    return setAlarm.call(this, Date.now() + (at - Date.now()) / hurry);
  };
}

/** Adds counters of written rows to the runtime's prototypes of SQL and KV storage. */
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
export function meter(ctx: DurableObjectState, env: BenchEnv): void {
  if (isMetered) return;
  isMetered = true;
  if (env.METER === "1") {
    meterStorage(ctx.storage);
    hurryAlarms(ctx.storage, Number(env.HURRY ?? "1"));
  }
  if (env.CUT === "1") hurryAlarms(ctx.storage, CUT_HURRY);
}

const metered = new WeakMap<object, Env>();

/**
 * Returns the bindings with counters, or with `CUT` those that remove leases; without either variable, the environment
 * itself. Always the same object for the same environment, because the product caches by it.
 */
export function meteredEnv(env: BenchEnv): Env {
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
          DESK: meterNamespace(env.DESK),
          ARCHIVE: meterNamespace(env.ARCHIVE),
          AUDIT: meterNamespace(env.AUDIT),
          LOGIN: meterNamespace(env.LOGIN),
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
  receive(...args: Parameters<ConversationRpc["receive"]>): Promise<ReceivedWire>;
}

function withoutLease(received: ReceivedWire): ReceivedWire {
  return typeof received === "object"
    ? { outcome: received.outcome, acknowledgement: received.acknowledgement }
    : received;
}

function meterNamespace<T extends DurableObject>(namespace: DurableObjectNamespace<T & Rpc.DurableObjectBranded>) {
  return new Proxy(namespace, {
    get(target, name) {
      if (name === "getByName")
        return (...args: Parameters<typeof target.getByName>) => meterStub(target.getByName(...args));
      if (name === "get") return (...args: Parameters<typeof target.get>) => meterStub(target.get(...args));
      const member: unknown = Reflect.get(target, name);
      // The runtime's methods must not be called on the proxy.
      return typeof member === "function"
        ? (...args: unknown[]): unknown => Reflect.apply(member, target, args)
        : member;
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
