/**
 * The unchanged worker on a fast clock, for the soak test (test/long/soak.ts). Only `Date.now` and the alarms use the
 * fast clock; timers use the machine's clock, because between two jumps of the fast clock a second has its normal
 * length.
 */
import { env } from "cloudflare:workers";
import worker, * as product from "../../worker/index.ts";
import { createFastClock, type FastClockOptions } from "../long/fast-clock.ts";

// The soak test writes this JSON itself, so it is not checked.
const options: FastClockOptions = JSON.parse(Reflect.get(env, "FAST_CLOCK"));
const clock = createFastClock(options);
const machineNow = Date.now.bind(Date);
Date.now = () => clock.toFast(machineNow());

let alarmsAreFast = false;

/** Once per isolate: all objects share the prototype of their storage. */
function speedUpAlarms(storage: DurableObjectStorage): void {
  if (alarmsAreFast) return;
  alarmsAreFast = true;
  const prototype: DurableObjectStorage = Object.getPrototypeOf(storage);
  // oxlint-disable-next-line typescript/unbound-method -- each is called with the storage it belongs to, below
  const { setAlarm, getAlarm } = prototype;
  prototype.setAlarm = function fastSetAlarm(time, ...rest) {
    return setAlarm.call(this, clock.toMachine(Number(time)), ...rest);
  };
  prototype.getAlarm = async function fastGetAlarm(...rest) {
    const at = await getAlarm.call(this, ...rest);
    return at === null ? null : clock.toFast(at);
  };
}

/** The product's class, with alarms on the fast clock. */
export class Conversation extends product.Conversation {
  constructor(ctx: DurableObjectState, env: Env) {
    speedUpAlarms(ctx.storage);
    super(ctx, env);
  }

  /** Returns the size of the object's database, bytes, as Cloudflare bills it. */
  databaseSize(): number {
    return this.ctx.storage.sql.databaseSize;
  }
}

/** The product's class, with alarms on the fast clock. */
export class Account extends product.Account {
  constructor(ctx: DurableObjectState, env: Env) {
    speedUpAlarms(ctx.storage);
    super(ctx, env);
  }
}

/** The product's class, with alarms on the fast clock. */
export class Settings extends product.Settings {
  constructor(ctx: DurableObjectState, env: Env) {
    speedUpAlarms(ctx.storage);
    super(ctx, env);
  }
}

/** The product's class. The soak test has no desk. */
export const { Audit, Desk, Login } = product;

/** The bindings, with the soak test's addition to a conversation. */
interface SoakEnv extends Omit<Env, "CONVERSATION"> {
  readonly CONVERSATION: DurableObjectNamespace<Conversation>;
}

export default {
  /** Serves the product's routes, and `POST /_soak/sizes`: the size of each named conversation's database, bytes. */
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/_soak/sizes") return worker.fetch(request, env, ctx);
    const names: readonly string[] = await request.json();
    return Response.json(await Promise.all(names.map((name) => env.CONVERSATION.getByName(name).databaseSize())));
  },
} satisfies ExportedHandler<SoakEnv>;
