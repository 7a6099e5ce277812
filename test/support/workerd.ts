/**
 * The worker under test inside workerd, with the emulator as WeChat in the same isolate: pushes go to the worker's own
 * fetch handler, calls of api.weixin.qq.com to the emulator. Any other host is refused.
 */
import {
  createExecutionContext,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import { createControl, type Control } from "../../emulator/control.ts";
import type { EmulatedAppInput, Switches } from "../../emulator/model.ts";
import type { PushFormat, PushMode } from "../../emulator/push-model.ts";
import { createWeChat } from "../../emulator/wechat.ts";
import { formatAddress, miniProgramAccount, miniProgramAddress, type Address } from "../../shared/message/address.ts";
import { credentialOf } from "../../worker/account/core/credential.ts";
import { archiveName } from "../../worker/archive/client.ts";
import { auditName } from "../../worker/audit/client.ts";
import kefu, { type Conversation } from "../../worker/index.ts";
import { settingsName } from "../../worker/settings/client.ts";
import { SETTINGS_KEY } from "../../worker/settings/published-settings.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";

export const API_KEY = "test-key-0123456789abcdef";

/** The apps of vitest.config.ts. */
export const APPID = "wx0123456789abcdef";
export const OTHER_APPID = "wxfedcba9876543210";
/** The credential of the first app: the name of its account object. */
export const CREDENTIAL = credentialOf(miniProgramAccount(APPID));

/** The credentials of each app. */
export const SECRETS = {
  secret: "0123456789abcdef0123456789abcdef",
  token: "edgekefutesttoken",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};

/** Returns a configured app in the emulator's form. */
export function emulatedApp(appid: string, mode: PushMode = "secure", format: PushFormat = "xml"): EmulatedAppInput {
  return { ...SECRETS, appid, mode, format, pushUrl: `https://kefu.test/wechat/${appid}/message` };
}

/** Options of `playWeChat`. */
export interface PlayOptions {
  readonly apps?: readonly EmulatedAppInput[];
  readonly switches?: Partial<Switches>;
  /** Receives the pushes; by default the worker as it is configured. */
  readonly worker?: (request: Request) => Promise<Response>;
  /** Overrides of the environment of the worker that receives the pushes; see `fetchWith`. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Other hosts by name, such as the receiver of a webhook. */
  readonly hosts?: Readonly<Record<string, (request: Request) => Promise<Response>>>;
}

/** Starts an emulator and routes this isolate's calls of WeChat to it. Undo with `vi.restoreAllMocks()`. */
export function playWeChat(options: PlayOptions = {}): Control {
  const { apps = [emulatedApp(APPID), emulatedApp(OTHER_APPID)], switches = {}, vars, hosts = {} } = options;
  const configured = (request: Request) => exports.default.fetch(request);
  const { worker = vars === undefined ? configured : (request: Request) => fetchWith(vars, request) } = options;
  const wechat = createWeChat({
    apps,
    fetch: worker,
    switches: { retryGapMs: 0, ...switches },
  });
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const request = new Request(input, init);
    const { host } = new URL(request.url);
    const played = hosts[host];
    if (played !== undefined) return played(request);
    if (host !== "api.weixin.qq.com") return Promise.reject(new TypeError(`${host} is not simulated in this test`));
    return wechat.handle(request);
  });
  return createControl(wechat.handle);
}

/**
 * Rejects every send to some users. Call after `playWeChat`.
 *
 * @returns errcodes by openid; may be changed at any time
 */
export function refuseSends(): Map<string, number> {
  const refusals = new Map<string, number>();
  const played = vi.mocked(globalThis.fetch).getMockImplementation();
  if (played === undefined) throw new Error("WeChat is not simulated: call playWeChat first");
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).pathname === "/cgi-bin/message/custom/send") {
      const { touser }: { touser: string } = await request.clone().json();
      const errcode = refusals.get(touser);
      if (errcode !== undefined) return Response.json({ errcode, errmsg: "refused rid: 1-2-3" });
    }
    return played(request);
  });
  return refusals;
}

/** Sends a request to a worker whose environment is overridden by `vars`, and waits for its background work. */
export async function fetchWith(vars: Readonly<Record<string, unknown>>, request: Request): Promise<Response> {
  const context = createExecutionContext();
  const response = await kefu.fetch(request, { ...env, ...vars }, context);
  await waitOnExecutionContext(context);
  return response;
}

/**
 * An object's methods as a caller sees them. The runtime's own types fail for recursive types, such as the rows of the
 * log ("excessively deep").
 */
type Remote<T> = {
  readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: T[K] extends (
    ...args: infer Args
  ) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** Returns the address of a user. */
export function addressOf(openid: string, appid = APPID): Address {
  return miniProgramAddress(appid, openid);
}

/** Returns a user's conversation as callers use it. */
export function remote(openid: string, appid = APPID): Remote<Conversation> {
  return conversation(openid, appid) as unknown as Remote<Conversation>;
}

/** Returns the kinds of a conversation's rows, in order. */
export async function kindsOf(openid: string, appid = APPID): Promise<readonly string[]> {
  return ((await remote(openid, appid).rows(0, 500))?.rows ?? []).map((row) => row.kind);
}

/** Waits until a conversation has a row of one of these kinds. */
export async function waitForRow(openid: string, kinds: string | readonly string[], appid = APPID): Promise<void> {
  await vi.waitUntil(async () => (await kindsOf(openid, appid)).some((kind) => [kinds].flat().includes(kind)));
}

/** Returns the stub of a user's conversation, for the test tools. */
export function conversation(openid: string, appid = APPID) {
  return env.CONVERSATION.getByName(formatAddress(addressOf(openid, appid)));
}

/** Returns the account object of an app. */
export function account(appid = APPID) {
  return env.ACCOUNT.getByName(credentialOf(miniProgramAccount(appid)));
}

/** Returns the object that keeps the settings. */
export function settingsObject() {
  return env.SETTINGS.getByName(settingsName());
}

/** Returns the object of the audit log. */
export function auditObject() {
  return env.AUDIT.getByName(auditName());
}

/** Returns the object of the archive. */
export function archiveObject() {
  return env.ARCHIVE.getByName(archiveName());
}

/** Deletes the stored settings everywhere, and evicts their object. */
export async function emptySettings(): Promise<void> {
  await runInDurableObject(settingsObject(), async (_, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
  });
  await evictDurableObject(settingsObject());
  await env.KV.delete(SETTINGS_KEY);
  settingsMemory.known = undefined;
}

/** Deletes everything an account object has stored, and evicts it. */
export async function emptyAccount(appid = APPID): Promise<void> {
  await runInDurableObject(account(appid), (_, { storage }) => storage.deleteAll());
  await evictDurableObject(account(appid));
}

/** Deletes the stored events and the quarantined pushes of both apps. */
export async function deleteEvents(): Promise<void> {
  for (const appid of [APPID, OTHER_APPID]) {
    await runInDurableObject(account(appid), (_, { storage }) => {
      // The tables are created by the first write, so they may not exist yet.
      const tables = tablesIn(storage).filter((table) => table === "account_events" || table === "quarantine");
      for (const table of tables) storage.sql.exec(`delete from ${table}`);
    });
  }
}

/** Advances the test's clock, milliseconds; a negative number moves it back. */
export function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** Runs the alarms of users' conversations now, in this order. */
export async function ring(...openids: readonly string[]): Promise<void> {
  for (const openid of openids) await runDurableObjectAlarm(conversation(openid));
}

/** Returns the alarm time of an object, epoch ms; null when none is set. */
export function alarmOf(stub: Parameters<typeof evictDurableObject>[0]): Promise<number | null> {
  return runInDurableObject<DurableObject, number | null>(stub, (_, { storage }) => storage.getAlarm());
}

/** Removes a user's conversation from memory, as the runtime does with an idle object. */
export function evict(openid: string): Promise<void> {
  return evictWhenIdle(conversation(openid));
}

/**
 * Removes an object from memory. A call that is under way keeps it there, so this is tried until it succeeds: longer than
 * a notification that hangs, 5 s.
 */
export function evictWhenIdle(stub: Parameters<typeof evictDurableObject>[0]): Promise<void> {
  return vi.waitFor(() => evictDurableObject(stub), { timeout: 8_000 });
}

/** Returns the names of an object's tables, without the runtime's own. */
export function tablesIn({ sql }: DurableObjectStorage): readonly string[] {
  const tables = sql.exec<{ name: string }>("select name from sqlite_master where type = 'table'").toArray();
  return tables.map(({ name }) => name).filter((name) => !name.startsWith("_cf"));
}

/** Returns the texts that our worker sent to the user. */
export async function readTexts(control: Control, openid: string, appid?: string): Promise<readonly string[]> {
  const { lines } = await control.chat(openid, appid);
  return lines.filter((line) => line.from === "service").map((line) => line.text);
}

const print = console.log;

/** Log lines written from now on. They are still printed: vitest shows those of a failing test. */
export function captureLog(): () => readonly Readonly<Record<string, unknown>>[] {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: unknown) => {
    lines.push(String(line));
    print(line);
  });
  return () => lines.map((line) => JSON.parse(line));
}
