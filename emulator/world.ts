/**
 * Everything the emulator remembers, in one place: apps, users with their chats, media, tokens, faults, calls. It is in
 * memory only; `reset` clears it. The rules are in the files that use it.
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

/** What the emulator needs from outside. */
export interface Ports {
  /** Delivers pushes. */
  readonly send: (request: Request) => Promise<Response>;
  /** The machine's clock, epoch milliseconds. */
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
  /** Time of the last message in either direction, 0 for none. */
  exchangedAt: number;
  /** When the typing indicator ends, 0 for never. */
  typingUntil: number;
  /** With an official agent: the user waits for one, or is held by one until `until`. */
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

/** The part that a reset clears. */
export interface Books {
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

/** The emulator's memory. */
export interface World {
  readonly ports: Ports;
  /** By appid; the first is used when none is named. */
  readonly apps: Map<string, EmulatedApp>;
  readonly tokens: Tokens;
  books: Books;
  /** The emulator's clock, epoch milliseconds. */
  now(): number;
  /** A fresh MsgId, above 2^53 and rising by one (WECHAT.md §1.5). */
  nextMsgId(): string;
  /** A fresh id for a push or a picture. */
  nextId(prefix: string): string;
  /** The user, created if unknown. */
  user(appid: string, openid: string): User;
  /** New records, and apps as they were at the start; access tokens and the counters continue. */
  reset(): void;
}

/** Our assumptions about the platform unless a switch changes them. */
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

/** @throws RangeError without an app, or with the same appid twice */
export function createWorld(ports: Ports, inputs: readonly EmulatedAppInput[], switches: Partial<Switches>): World {
  const startApps = inputs.map(withAccount);
  const apps = new Map(startApps.map((app) => [app.appid, app]));
  if (apps.size === 0 || apps.size !== inputs.length) {
    throw new RangeError("the emulator needs at least one app, and each appid once");
  }
  const startSwitches = { ...DEFAULT_SWITCHES, ...switches };
  let lastMsgId = 0n;
  let lastId = 0;

  const world: World = {
    ports,
    apps,
    tokens: createTokens(() => Buffer.from(ports.randomBytes(96)).toString("base64url")),
    books: createBooks(startSwitches, ports),
    now: () => ports.now() + world.books.clockOffsetMs,
    nextMsgId() {
      // From the clock, so that a restarted emulator never repeats an id the worker still has.
      lastMsgId = maxOf(lastMsgId + 1n, BigInt(ports.now()) * MSG_IDS_A_MS, LEAST_MSG_ID);
      return lastMsgId.toString();
    },
    nextId(prefix) {
      lastId += 1;
      return `${prefix}${lastId}-${Buffer.from(ports.randomBytes(12)).toString("base64url")}`;
    },
    user(appid, openid) {
      const key = userKey(appid, openid);
      const known = world.books.users.get(key);
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
      world.books.users.set(key, user);
      return user;
    },
    reset() {
      // Also a push URL made unreachable: a reset ends all changes made in the console.
      for (const app of startApps) apps.set(app.appid, app);
      const setBackMs = world.books.clockOffsetMs;
      world.books = createBooks(startSwitches, ports);
      world.tokens.reset();
      if (setBackMs > 0) world.tokens.setBack(world.now());
    },
  };
  return world;
}

/** The key of `books.users`. */
export function userKey(appid: string, openid: string): string {
  return `${appid}:${openid}`;
}

function createBooks(switches: Switches, ports: Ports): Books {
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
