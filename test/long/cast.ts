/**
 * The users of a long run: carries out the plan, through WeChat or the REST API, and records the actions. An action
 * that has begun continues when the worker is killed, as it would with the real WeChat.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { PushRecord } from "../../emulator/push-model.ts";
import { APPS, type Emulated } from "./emulated.ts";
import type { KefuHost } from "./kefu-host.ts";
import type { Act } from "./plan.ts";

/** A user and the user's actions. */
export interface Person {
  readonly openid: string;
  readonly appid: string;
  readonly phase: number;
  readonly unconfirmedRetry: 0 | 1;
  readonly pushes: { readonly act: PushAct; readonly id: string }[];
  readonly requests: { readonly mark: string; accepted: boolean }[];
}

/** An action that WeChat pushes. */
export type PushAct = Exclude<Act, { readonly kind: "request" }>;

/** All users of the run. */
export interface Cast {
  readonly people: ReadonlyMap<string, Person>;
  /** Begins an action at its time. */
  begin(act: Act, phase: Pick<Person, "phase" | "unconfirmedRetry">): void;
  /** Resolves when every action that was begun has ended. */
  quiet(): Promise<void>;
}

/** The maximum number of delivery attempts of a push that was held back. */
const LATE_TRIES = 4;
const LATE_GAP_MS = 400;
/** A request is repeated with the same key until the worker answers, as any caller of the API would do. */
const REQUEST_TRIES = { attempts: 8, timeoutMs: 3_000 };

/** Prepares the run, without users. */
export function createCast(emulated: Emulated, host: KefuHost): Cast {
  const people = new Map<string, Person>();
  const running = new Set<Promise<void>>();

  async function perform(act: Act, person: Person): Promise<void> {
    await sleep(act.atMs);
    await (act.kind === "request" ? request(host, act.mark, person) : push(emulated, act, person));
  }

  return {
    people,
    begin(act, { phase, unconfirmedRetry }) {
      const { appid } = APPS[act.app];
      const { openid } = act;
      const fresh: Person = { openid, appid, phase, unconfirmedRetry, pushes: [], requests: [] };
      const person = people.get(openid) ?? fresh;
      people.set(openid, person);
      const performing = perform(act, person).finally(() => running.delete(performing));
      running.add(performing);
    },
    async quiet() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

async function push({ control }: Emulated, act: PushAct, person: Person): Promise<void> {
  const { kind, mark, delivery } = act;
  const content = kind === "text" ? { kind, content: mark } : { kind, sessionFrom: mark };
  const { openid, appid } = person;
  const copies = delivery.how === "storm" ? delivery.copies : 1;
  const { id } = await control.push({ openid, appid, content, copies, wait: false, deliver: delivery.how !== "late" });
  person.pushes.push({ act, id });
  if (delivery.how === "late") return deliverLate({ control }, id, delivery.afterMs);
  await control.pushed(id);
  if (delivery.how !== "repeated") return;
  await sleep(delivery.afterMs);
  await control.redeliver({ id, copies: delivery.copies });
}

async function deliverLate({ control }: Pick<Emulated, "control">, id: string, afterMs: number): Promise<void> {
  await sleep(afterMs);
  for (let tries = 0; tries < LATE_TRIES; tries += 1) {
    if (isTaken(await control.redeliver({ id }))) return;
    await sleep(LATE_GAP_MS);
  }
}

function isTaken({ outcome }: PushRecord): boolean {
  return outcome === "acknowledged" || outcome === "transferred";
}

async function request(host: KefuHost, mark: string, person: Person): Promise<void> {
  const { openid, appid } = person;
  const booked = { mark, accepted: false };
  person.requests.push(booked);
  const client = host.client({ appid, ...REQUEST_TRIES });
  const sent = await client.send(openid, { type: "text", content: mark }, { idempotencyKey: `request-${openid}` });
  booked.accepted = sent.ok;
}
