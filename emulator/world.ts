/**
 * All state of the emulator: apps, users with their chats, media, tokens, faults, calls. Kept in memory only and
 * cleared by `reset`. The rules are in the files that use it.
 */
import { Buffer } from "node:buffer";
import { sign } from "./crypto.ts";
import { createFaults, type Faults } from "./faults.ts";
import type { ImageType } from "./images.ts";
import type { CallRecord, ChatLine, EmulatedApp, EmulatedAppInput, Switches } from "./model.ts";
import type { Push } from "./push-state.ts";
import { NO_QUOTA, type Quota } from "./quota.ts";
import type { Service } from "./service.ts";
import { createTokens, type Tokens } from "./tokens.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

/** Waits; ends early, without an error, when the signal aborts. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The injected dependencies. */
export interface Ports {
  /** Delivers a push. */
  readonly send: (request: Request) => Promise<Response>;
  /** Returns the machine's time, epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly randomBytes: (size: number) => Uint8Array;
  /** The worker's REST API; absent when only its push URL is known. */
  readonly service?: Service;
}

/** One user of one mini program. */
export interface User {
  readonly appid: string;
  readonly openid: string;
  lines: readonly ChatLine[];
  quota: Quota;
  /** Time of the last message in either direction, epoch ms; 0 for none. */
  exchangedAt: number;
  /** When the typing indicator ends, epoch ms; 0 when it is not shown. */
  typingUntil: number;
  /** The session with an official agent: the user waits for one, or one handles the session until `until`. */
  session: { readonly state: "none" | "waiting" } | { readonly state: "agent"; readonly until: number };
}

/** A temporary picture. */
export interface Media {
  readonly appid: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: ImageType;
  createdAt: number;
}

/** The official agent of an app. */
export interface AgentDesk {
  readonly on: boolean;
  readonly reply: string;
}

/** The part of the state that a reset clears. */
export interface Records {
  switches: Switches;
  clockOffsetMs: number;
  readonly faults: Faults;
  readonly calls: CallRecord[];
  readonly users: Map<string, User>;
  readonly media: Map<string, Media>;
  readonly pushes: Map<string, Push>;
  readonly desks: Map<string, AgentDesk>;
  readonly traffic: Traffic;
}

/** The state of the emulator. */
export interface World {
  readonly ports: Ports;
  /** The apps by appid; the first is used when a request names none. */
  readonly apps: Map<string, EmulatedApp>;
  readonly tokens: Tokens;
  records: Records;
  /** Returns the time of the emulator's clock, epoch milliseconds. */
  now(): number;
  /** Returns a new MsgId, above 2^53 and increasing (WECHAT.md §1.5). */
  nextMsgId(): string;
  /** Returns a new id for a push or a picture. */
  nextId(prefix: string): string;
  /** Returns the user, who is created if unknown. */
  user(appid: string, openid: string): User;
  /** Clears the records and restores the apps to their initial values. Issued tokens keep working, no id is reused. */
  reset(): void;
}

/** The assumptions about the platform; a switch changes them. */
export const DEFAULT_SWITCHES: Switches = {
  retryNon200: true,
  retryCreateTime: "same",
  retrySignature: "new",
  signatureAgeS: 0,
  retries: 3,
  retryGapMs: 100,
  pushTimeoutMs: 5_000,
  latencyMs: 0,
  textUnit: "bytes",
  enterRefills: false,
  tokenSeconds: 7_200,
  ipWhitelist: false,
};

const LEAST_MSG_ID = BigInt(Number.MAX_SAFE_INTEGER) + 2n;
const MSG_IDS_A_MS = 10_000n;

/** Creates the initial state. @throws RangeError without an app, or with the same appid twice */
export function createWorld(ports: Ports, inputs: readonly EmulatedAppInput[], switches: Partial<Switches>): World {
  const startApps = inputs.map(withAccount);
  const apps = new Map(startApps.map((app) => [app.appid, app]));
  if (apps.size === 0 || apps.size !== inputs.length) {
    throw new RangeError("the emulator needs at least one app, and each appid only once");
  }
  const startSwitches = { ...DEFAULT_SWITCHES, ...switches };
  let lastMsgId = 0n;
  let lastId = 0;

  const world: World = {
    ports,
    apps,
    tokens: createTokens(() => Buffer.from(ports.randomBytes(96)).toString("base64url")),
    records: createRecords(startSwitches, ports),
    now: () => ports.now() + world.records.clockOffsetMs,
    nextMsgId() {
      // Derived from the clock, so that a restarted emulator never repeats an id the worker still has.
      lastMsgId = maxOf(lastMsgId + 1n, BigInt(ports.now()) * MSG_IDS_A_MS, LEAST_MSG_ID);
      return lastMsgId.toString();
    },
    nextId(prefix) {
      lastId += 1;
      return `${prefix}${lastId}-${Buffer.from(ports.randomBytes(12)).toString("base64url")}`;
    },
    user(appid, openid) {
      const key = userKey(appid, openid);
      const known = world.records.users.get(key);
      if (known !== undefined) return known;
      const user: User = {
        appid,
        openid,
        lines: [],
        quota: NO_QUOTA,
        exchangedAt: 0,
        typingUntil: 0,
        session: { state: "none" },
      };
      world.records.users.set(key, user);
      return user;
    },
    reset() {
      // Restores the push URL too, because a reset reverts all changes made in the console, such as a URL made
      // unreachable.
      for (const app of startApps) apps.set(app.appid, app);
      const setBackMs = world.records.clockOffsetMs;
      world.records = createRecords(startSwitches, ports);
      world.tokens.reset();
      if (setBackMs > 0) world.tokens.setBack(world.now());
    },
  };
  return world;
}

/** Returns the key of a user in `records.users`. */
export function userKey(appid: string, openid: string): string {
  return `${appid}:${openid}`;
}

function createRecords(switches: Switches, ports: Ports): Records {
  return {
    switches,
    clockOffsetMs: 0,
    faults: createFaults(),
    calls: [],
    users: new Map(),
    media: new Map(),
    pushes: new Map(),
    desks: new Map(),
    traffic: createTraffic(Buffer.from(ports.randomBytes(9)).toString("base64url"), ports.now),
  };
}

function withAccount(input: EmulatedAppInput): EmulatedApp {
  return { ...input, account: input.account ?? `gh_${sign([input.appid]).slice(0, 12)}` };
}

function maxOf(...values: bigint[]): bigint {
  return values.reduce((most, value) => (value > most ? value : most));
}
