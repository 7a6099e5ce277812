/** The objects of the desk and the conversations, called directly by tests: without pushes and pages. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { requireConfig } from "../../worker/config/config.ts";
import { conversationStubById } from "../../worker/conversation/client.ts";
import { toRowJson } from "../../worker/conversation/core/shown/row-json.ts";
import type { RemoteConversation } from "../../worker/conversation/rpc.ts";
import { deskName, deskStub } from "../../worker/desk/client.ts";
import { loadStoredDesk, type DeskHost, type LoadedDesk } from "../../worker/desk/loaded-desk.ts";
import type { ActOutcome, AgentView, ConversationReport, DeskAction, DeskRpc } from "../../worker/desk/rpc.ts";
import { createDeskStore } from "../../worker/desk/store.ts";
import type { Desk } from "../../worker/index.ts";
import { loadTextSealer } from "../../worker/platform/sealed-text.ts";
import { must } from "../support/conversation.ts";
import { constantSettings } from "../support/desk-settings.ts";
import { message } from "../support/direct.ts";
import { addressOf, APPID, conversation, evictWhenIdle, remote } from "../support/workerd.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The number of races in which two agents take the same session at once. */
    readonly pairsOfTakes: number;
  }
}

/** Returns the stub by which other objects call the desk. */
export function desk(): DeskRpc {
  return deskStub(env.DESK, "apac");
}

/** Returns the desk's object with the type that the runtime's test functions need. */
export function deskObject(): DurableObjectStub<Desk> {
  const stub: unknown = env.DESK.getByName(deskName());
  return stub as DurableObjectStub<Desk>;
}

/** Runs a function in the object of the desk. */
export function inDesk<T>(run: (desk: LoadedDesk, storage: DurableObjectStorage) => T | Promise<T>): Promise<T> {
  return runInDurableObject(deskObject(), (instance, { storage }) => run(instance.loaded(), storage));
}

/**
 * Deletes all that the desk has stored, and evicts it and the conversations that it knows: one that still notifies the
 * desk of a message would store its user again.
 */
export async function emptyDesk(): Promise<void> {
  const conversations = await storedConversations();
  await runInDurableObject(deskObject(), async (_, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
  });
  await evictDesk();
  for (const id of conversations) await evictConversation(id);
  if (conversations.length > 0) await emptyDesk();
}

async function evictConversation(id: string): Promise<void> {
  const stub = env.CONVERSATION.get(env.CONVERSATION.idFromString(id));
  // Constructs the object if it is not in memory: one that is not there cannot be evicted.
  await runInDurableObject(stub, () => {});
  await evictWhenIdle(stub);
}

/** Returns the ids of the conversations that the desk knows. */
function storedConversations(): Promise<readonly string[]> {
  return inDesk(({ runner }) => [
    ...runner.desk.tables.entries.values.keys(),
    ...runner.desk.tables.known.values.keys(),
  ]);
}

/** Removes the desk from memory; the next call constructs it from what is stored. */
export function evictDesk(): Promise<void> {
  return evictDurableObject(deskObject());
}

/** Runs the alarm of the desk now. */
export function ringDesk(): Promise<boolean> {
  return runDurableObjectAlarm(deskObject());
}

/** Adds an agent, with a connected page unless `page` is false. The agent is not online yet. */
export async function addAgent(
  id: string,
  {
    name = id,
    role = "agent",
    teams = [],
    capacity = 5,
    page = true,
  }: Partial<Parameters<DeskRpc["addAgent"]>[0]> & { readonly page?: boolean } = {},
): Promise<AgentView> {
  const added = await desk().addAgent({ id, name, role, teams, capacity });
  if (!added.ok) throw new Error(added.error.reason);
  if (page) await openPage(id);
  return added.value;
}

/** Adds an agent who is online and is assigned no session, so that users do not get the away text. */
export async function addKeeper(): Promise<void> {
  await addAgent("a0000000keep", { capacity: 0 });
  await desk().choosePresence("a0000000keep", { state: "online", reason: null });
}

/** Connects a page of the agent. */
export function openPage(agent: string): Promise<void> {
  return inDesk(({ openSocket }) => openSocket(`page of ${agent}`, agent));
}

/**
 * Makes the user write to the desk, and waits until the conversation has reported it.
 *
 * @returns the id of the conversation
 */
export async function says(openid: string, content = "你好"): Promise<string> {
  await writes(openid, content);
  const { to } = must(await remote(openid).snapshot(), "snapshot");
  await vi.waitUntil(() => inDesk(({ runner }) => (positionIn(runner.desk, idOf(openid))?.to ?? 0) >= to));
  return idOf(openid);
}

function positionIn({ tables }: LoadedDesk["runner"]["desk"], conversation: string) {
  return tables.entries.values.get(conversation) ?? tables.known.values.get(conversation);
}

/** Makes the user write to the desk. Does not wait for the conversation's report. */
export async function writes(openid: string, content = "你好"): Promise<string> {
  const inbound = { ...message(), content };
  const key = `m:desk-${"id" in inbound ? inbound.id : ""}`;
  const push = {
    key,
    event: inbound,
    classification: classify(inbound),
    candidates: [],
    consumers: [],
    settingsVersion: 1,
    desk: { isOpen: true },
  };
  await remote(openid).receive(addressOf(openid), push, `push ${key}`);
  return idOf(openid);
}

/** Returns the id of a user's conversation. */
export function idOf(openid: string): string {
  return conversation(openid).id.toString();
}

/** Builds the report that the conversation would send to the desk now. */
export async function reportOf(openid: string): Promise<ConversationReport> {
  const snapshot = must(await remote(openid).snapshot(), "snapshot");
  const page = must(await remote(openid).rows(0, 500), "rows");
  const rows = page.rows.map((row) => toRowJson(row, idOf(openid)));
  return { snapshot, contact: { account: `mini-program:${APPID}`, tail: openid.slice(-4) }, from: 0, rows };
}

/** Sends the desk a report of the conversation's current state. */
export async function reports(openid: string): Promise<void> {
  await desk().notify(idOf(openid), await reportOf(openid));
}

/** Makes the user write, waits for the conversation's report, and reports once more. @returns the conversation's id */
export async function waits(openid: string, content?: string): Promise<string> {
  const id = await says(openid, content);
  await reports(openid);
  return id;
}

/** Waits until the desk has verified every entry that was unverified after its construction. */
export async function verified(): Promise<void> {
  await vi.waitUntil(() =>
    inDesk(({ runner }) => [...runner.desk.tables.entries.values.values()].every((entry) => !entry.isUnverified)),
  );
}

let acts = 0;

/** Sends an act of an agent on the current state of the session, or on the state that `named` gives. */
export async function acting(
  agent: string | null,
  openid: string,
  action: DeskAction,
  { id, ...named }: Partial<{ id: string; log: string; session: number; version: number }> = {},
): Promise<ActOutcome> {
  acts += 1;
  const seen = named.log === undefined ? await seenBy(openid) : { log: "", session: 0, version: 0 };
  return desk().act({ agent, id: id ?? `act-${acts}`, conversation: idOf(openid), ...seen, ...named, action });
}

/** Returns the log, session and version that a page with the current state would name. */
export async function seenBy(openid: string) {
  const { log, session } = must(await remote(openid).snapshot(), "snapshot");
  return { log, session: session.open?.seq ?? session.closed?.seq ?? 0, version: session.version };
}

/** What another desk does differently from the object's own. */
export type OtherHost = Partial<Pick<DeskHost, "command" | "change" | "settings" | "sealer">>;

/**
 * Runs a function with another desk on the object's storage, such as one whose calls fail; then evicts the object, so
 * that it is constructed again from what that desk has stored.
 */
export async function withOtherDesk<T>(other: OtherHost, run: (desk: LoadedDesk) => T | Promise<T>): Promise<T> {
  const value = await runInDurableObject(deskObject(), async (_, { storage }) => run(await otherDesk(storage, other)));
  await evictDesk();
  return value;
}

async function otherDesk(storage: DurableObjectStorage, other: OtherHost): Promise<LoadedDesk> {
  const sealer = await loadTextSealer(requireConfig(env).dataKeys);
  return loadStoredDesk({
    store: createDeskStore(storage),
    sealer: sealer.ok ? sealer.value : undefined,
    settings: constantSettings(),
    epoch: crypto.randomUUID(),
    now: () => Date.now(),
    setAlarm: (at) => void storage.setAlarm(at),
    waitUntil: () => {},
    command: (conversation, input) => remoteById(conversation).command(input),
    seen: (conversation, input) => remoteById(conversation).seen(input),
    change: (conversation, log, command) => remoteById(conversation).change(log, command),
    snapshot: (conversation) => remoteById(conversation).snapshot(),
    terms: () => Promise.resolve(undefined),
    attached: new Map(),
    pings: () => new Map(),
    watcher: { onChange: () => {}, onRows: () => {}, onErased: () => {}, onClose: () => {} },
    ...other,
  });
}

/** Returns the stub of the conversation with this id. */
export function remoteById(conversation: string): RemoteConversation {
  return conversationStubById(env.CONVERSATION, conversation);
}
