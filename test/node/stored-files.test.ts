/**
 * Searches every file that the local stack stores for what a user and agents wrote. With the desk on, these texts are
 * plain only in the user's conversation and in the quarantine, encrypted in the desk and the archive, and gone after an
 * erasure.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createControl, type Control } from "../../emulator/control.ts";
import { ownValues } from "../../scripts/lib/local-values.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { LOCAL_API_KEY, runEmulator, runKefu, type StackPorts } from "../../scripts/lib/stack.ts";
import { encodeSessionFrom } from "../../shared/entry/session-from.ts";
import { loadTextSealer, type TextSealer } from "../../worker/platform/sealed-text.ts";
import { must } from "../support/conversation.ts";
import { prepareStack } from "../support/ports.ts";
import { filesWith, readFiles, readRows, type StoredFiles } from "../support/stored-files.ts";

const PHONE = "13912345678";
/** What a user and agents wrote, by kind. Each text is so unusual that it is nowhere else in the files. */
const WRITTEN = {
  openid: "oCanaryFiles_6bmjrPTlm6-2sgVt",
  phone: PHONE,
  name: "欧阳金丝雀",
  message: "canary-message-qzvkxw-of-the-user",
  order: "canary-order-7718231-qzvkxw",
  reply: "canary-reply-qzvkxw-of-the-agent",
  note: "canary-note-qzvkxw-for-colleagues",
  transfer: "canary-transfer-qzvkxw-to-another",
  draft: "canary-draft-qzvkxw-never-sent",
  quarantined: "canary-quarantine-qzvkxw-broken",
} as const;
type Canary = keyof typeof WRITTEN;
const CANARIES = Object.keys(WRITTEN) as readonly Canary[];

const PASSWORD = "a long password";
const SETTINGS = { fallback: { type: "handover" }, humanService: "desk" };
const SEALED = /v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22,}/g;

/** Node's WebSocket, which accepts headers; the browser's type has no parameter for them. */
const NodeWebSocket = WebSocket as unknown as new (
  url: string,
  options: { readonly headers: Readonly<Record<string, string>> },
) => WebSocket;

/** An agent with a page. */
interface Agent {
  readonly id: string;
  readonly call: (method: string, path: string, body?: unknown, key?: string) => Promise<Response>;
  readonly page: WebSocket;
}

interface Row {
  readonly conversation: string;
  readonly log: string;
  readonly version: number;
  readonly session: { readonly seq: number; readonly assignee: string | null };
}

let folder: string;
let ports: StackPorts;
let emulator: RunningWorker;
let kefu: RunningWorker;
let control: Control;
let sealer: TextSealer;
const logged: string[] = [];
const agents: Agent[] = [];

const url = (path: string) => `http://127.0.0.1:${ports.worker}${path}`;
const byKey = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url(`/api/v1/${path}`), {
    method,
    headers: { authorization: `Bearer ${LOCAL_API_KEY}`, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function accepted(response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`${response.url} ${response.status}: ${await response.text()}`);
  return response;
}

/** Adds an agent who signs in, opens a page and gets no sessions by itself. */
async function addAgent(name: string): Promise<Agent> {
  const added = await accepted(await byKey("POST", "agents", { name, role: "admin" }));
  const { agent, invite }: { agent: { id: string }; invite: { url: string } } = await added.json();
  const origin = url("").replace("127.0.0.1", "localhost");
  const call = (cookie: string) => (method: string, path: string, body?: unknown, key?: string) =>
    fetch(`${origin}/api/v1/${path}`, {
      method,
      headers: {
        origin,
        cookie,
        "content-type": "application/json",
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const invited = { invite: invite.url.split("#invite=")[1], password: PASSWORD };
  const signedIn = await accepted(await call("")("POST", "sign-in/invite", invited));
  const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const page = new NodeWebSocket(`${origin.replace("http", "ws")}/api/v1/desk/socket`, { headers: { cookie, origin } });
  await new Promise((resolve, reject) => {
    page.addEventListener("open", resolve);
    page.addEventListener("error", reject);
  });
  const hello = { type: "hello", protocol: 1, page: `page-${agent.id}-0123`, epoch: null, rev: 0, views: ["queue"] };
  page.send(JSON.stringify(hello));
  await accepted(await call(cookie)("PUT", "me/presence", { state: "busy", reason: null }));
  const made = { id: agent.id, call: call(cookie), page };
  agents.push(made);
  return made;
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 20_000; ;) {
    const found = await read();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error("the condition was not met within 20 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const rowOf = (isIt: (row: Row) => boolean) =>
  until(async () => {
    const { rows }: { rows: readonly Row[] } = await (await byKey("GET", "conversations?view=all")).json();
    return rows.find(isIt);
  });

let acts = 0;
async function act(agent: Agent, name: string, row: Row, more: object = {}): Promise<void> {
  acts += 1;
  const { log, version, session } = row;
  const body = { id: `act-${acts}`, log, session: session.seq, version, ...more };
  await accepted(await agent.call("POST", `conversations/${row.conversation}/${name}`, body));
}

/**
 * Makes a user write and wait, and agents take, reply, note, transfer and leave drafts. Returns the conversation's id.
 */
async function work(): Promise<string> {
  const [ann, ben] = [await addAgent("小安"), await addAgent("小本")];
  const { openid } = WRITTEN;
  const context = { page: "pages/order/index", order: WRITTEN.order, receiverName: WRITTEN.name };
  const from = encodeSessionFrom(context, { label: `订单 ${WRITTEN.order}` });
  if (!from.ok) throw new Error(from.error.reason);
  await control.enter(openid, from.value);
  await control.text(openid, `我叫${WRITTEN.name}，电话${PHONE}，${WRITTEN.message}`);
  const broken = `<xml><CreateTime>1</CreateTime><Remark>${WRITTEN.quarantined} ${openid}`;
  await control.text("oSender", "x", { overrides: { plaintext: broken } });
  const waiting = await rowOf(({ session }) => session.assignee === null);
  const path = `conversations/${waiting.conversation}`;
  await act(ann, "take", waiting);
  const { log } = waiting;
  const reply = { type: "text", content: `${WRITTEN.reply} ${PHONE}`, log };
  await accepted(await ann.call("POST", `${path}/replies`, reply, "reply-1"));
  await accepted(await ann.call("POST", `${path}/notes`, { log, text: `${WRITTEN.note} ${PHONE}` }, "note-1"));
  await until(async () =>
    (await control.chat(openid)).lines.some(({ from }) => from === "service") ? true : undefined,
  );
  await accepted(await ben.call("PUT", "me/presence", { state: "online", reason: null }));
  const served = await rowOf(({ session }) => session.assignee === ann.id);
  await act(ann, "transfer", served, { to: { agent: ben.id }, note: `${WRITTEN.transfer} ${PHONE}` });
  await rowOf(({ session }) => session.assignee === ben.id);
  const draft = { text: `${WRITTEN.draft} ${PHONE}`, mode: "reply" };
  await accepted(await ben.call("PUT", `${path}/draft`, { log, draft }));
  const { rows }: { rows: readonly { readonly seq: number; readonly kind: string }[] } = await (
    await ben.call("GET", `${path}/messages`)
  ).json();
  const seq = must(
    rows.findLast(({ kind }) => kind === "in"),
    "row",
  ).seq;
  await accepted(await ben.call("POST", `${path}/unmask`, { log, seq, reason: `打给 ${PHONE}` }));
  await accepted(await byKey("GET", `${path}/export`)).then((response) => response.text());
  // The archive has the conversation as soon as its alarm has reported it.
  await until(async () => ((await archived()).includes(waiting.conversation) ? true : undefined));
  return waiting.conversation;
}

/** Reads the rows of a class of objects as JSON; not the runtime's table of alarms, which holds the objects' names. */
const rowsIn = async (object: string) =>
  (await readRows(folder, `do/worker-${object}/`))
    .filter(({ table }) => table !== "_cf_ALARM")
    .map(({ json }) => json)
    .join("\n");
const archived = () => rowsIn("Archive");

/** Returns where a text is found, sorted: the class of the object, or the first folder of the path. */
function placesOf(files: StoredFiles, canary: Canary): readonly string[] {
  const places = filesWith(files, WRITTEN[canary]).map((path) => /^(?:do\/worker-)?([^/]+)/.exec(path)?.[1] ?? path);
  return [...new Set(places)].toSorted();
}

let conversation: string;
let before: StoredFiles;
let desk: string;
let archive: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-files-"));
  const prepared = await prepareStack();
  ports = prepared.ports;
  const values = ownValues();
  const loaded = await loadTextSealer([must(values.vars["DATA_KEY"], "DATA_KEY")]);
  if (!loaded.ok) throw new Error(loaded.error.reason);
  sealer = loaded.value;
  emulator = await runEmulator(prepared.scripts.emulator, ports.emulator, ports.worker);
  control = createControl((request) => fetch(request), emulator.url);
  const onLog = (line: string) => void logged.push(line);
  kefu = await runKefu(prepared.scripts.worker, ports, { persistTo: folder, onLog, vars: { ORDERS_URL: "" } });
  await accepted(await byKey("PUT", "settings", { defaults: SETTINGS }, { "if-match": "*" }));
  conversation = await work();
  before = await readFiles(folder);
  [desk, archive] = [await rowsIn("Desk"), await archived()];
});
afterAll(async () => {
  for (const { page } of agents) page.close();
  await kefu.stop();
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("while a session is served", () => {
  it("each text is in clear in the conversation's own object alone, a broken push in the quarantine", ({ expect }) => {
    const places = Object.fromEntries(CANARIES.map((canary) => [canary, placesOf(before, canary)]));
    const own = ["Conversation"];
    expect(places).toEqual({
      openid: ["Account", "Conversation"],
      phone: own,
      name: own,
      message: own,
      order: own,
      reply: own,
      note: own,
      transfer: own,
      draft: [],
      quarantined: ["Account"],
    });
  });

  it("the desk has the newest message and the draft sealed, and so that its key opens them", ({ expect }) => {
    expect(new Set(desk.match(SEALED)).size).toBeGreaterThanOrEqual(2);
    const [draft] = /v1\.[^"\\]+/.exec(desk.split("\n").find((row) => row.includes('"mode":"reply"')) ?? "") ?? [];
    const at = { place: "desk:drafts", row: `${agents[1]?.id}:${conversation}` };
    expect(sealer.open(at, draft ?? "")).toEqual({ ok: true, value: `${WRITTEN.draft} ${PHONE}` });
    const [line] = /(?<=sealed\\":\\")v1\.[^"\\]+/.exec(desk) ?? [];
    const shown = sealer.open({ place: "desk:lines", row: conversation }, line ?? "");
    expect(shown).toMatchObject({ ok: true, value: expect.stringMatching(/\S/) });
    expect(JSON.stringify(shown)).not.toContain(PHONE);
  });

  it("the archive has the openid sealed, and so that its key opens it", ({ expect }) => {
    const [user] = archive.match(SEALED) ?? [];
    expect(user).toBeDefined();
    expect(archive).not.toContain(WRITTEN.openid);
  });

  it("the log has the conversation's digits, and nothing that anybody wrote", ({ expect }) => {
    const lines = logged.join("\n");
    expect(lines).toContain(conversation.slice(0, 12));
    for (const canary of CANARIES) expect(lines, canary).not.toContain(WRITTEN[canary]);
    expect(lines).not.toMatch(SEALED);
  });
});

describe("after an erasure", () => {
  let after: StoredFiles;
  let sealed: readonly string[];
  beforeAll(async () => {
    sealed = [...new Set([...(desk.match(SEALED) ?? []), ...(archive.match(SEALED) ?? [])])];
    await accepted(await byKey("DELETE", `conversations/${conversation}`));
    await until(async () => {
      const rows = `${await rowsIn("Desk")}\n${await archived()}`;
      return sealed.some((one) => rows.includes(one)) ? undefined : true;
    });
    after = await readFiles(folder);
  });

  it("no row of any object has a text, the openid or a sealed text", async ({ expect }) => {
    for (const object of ["Desk", "Archive", "Account", "Conversation", "Settings", "Audit", "Login"]) {
      const rows = await rowsIn(object);
      for (const canary of CANARIES) expect(rows.includes(WRITTEN[canary]), `${object} ${canary}`).toBe(false);
      for (const one of sealed) expect(rows.includes(one), object).toBe(false);
    }
  });

  it("no file has anything in clear, but for the name that the runtime keeps with an alarm and what was freed in the quarantine", ({
    expect,
  }) => {
    const left = new Map(CANARIES.map((canary) => [canary, filesWith(after, WRITTEN[canary])]));
    const paths = [...left].flatMap(([canary, found]) => found.map((path) => `${canary} ${path}`));
    const allowed =
      /^openid do\/worker-(?:Conversation\/metadata|Account\/\w+)\.sqlite|^quarantined do\/worker-Account\//;
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
  });
});
