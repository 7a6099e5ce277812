/** The routes of the desk as its page uses them, for tests: a user waits, agents act and write. */
import { beforeEach, vi } from "vitest";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { must } from "../support/conversation.ts";
import { PageModel } from "../support/desk-page.ts";
import { call, useSilentSettings } from "./api-client.ts";
import { OpenPage } from "./desk-page-play.ts";
import { addKeeper } from "./desk-play.ts";
import { useWorker, wechat } from "./each-test.ts";
import { callAs, makeAgent, type SignedIn } from "./people-play.ts";

/** The phone number in the text of each user. */
export const PHONE = "13800138000";

/** Sets up a desk whose agents serve users, one of them online; to be called at the top of a test file. */
export function useDesk(): void {
  useWorker();
  beforeEach(async () => {
    await addKeeper();
    await useSilentSettings({ fallback: { type: "handover" }, humanService: "desk" });
  });
}

let users = 0;
let acts = 0;
let pages = 0;
/** Returns an openid that no other test has. */
export const newUser = () => {
  users += 1;
  return `oRouted${String(users).padStart(4, "0")}`;
};

interface Listed {
  readonly rows: readonly DeskRow[];
}

/** Waits until a list has the user's row. @returns the row */
export async function rowIn(view: string, openid: string, by: (path: string) => Promise<Response>): Promise<DeskRow> {
  let found: DeskRow | undefined;
  await vi.waitUntil(
    async () => {
      const response = await by(`/api/v1/conversations?view=${view}&q=${openid.slice(-4)}`);
      if (response.status !== 200) throw new Error(await response.text());
      const { rows } = await response.json<Listed>();
      found = rows[0];
      return found !== undefined;
    },
    { timeout: 10_000 },
  );
  return must(found, "row");
}

/** Makes a user ask for a person. @returns the row in the queue */
export async function waits(openid: string, by: (path: string) => Promise<Response>): Promise<DeskRow> {
  await wechat.text(openid, `退款，手机号 ${PHONE}`);
  return rowIn("queue", openid, by);
}

/** Sends a GET with the API key; `getsAs` sends it as an agent. */
export const keyGets = (path: string) => call("GET", path);
export const getsAs = (agent: SignedIn) => (path: string) => callAs(agent, "GET", path);

/** Sends an agent's command with the log, session and version of a row. */
export function act(agent: SignedIn, name: string, row: DeskRow, more: object = {}): Promise<Response> {
  acts += 1;
  const { conversation, log, version, session } = row;
  const json = { id: `act-${acts}`, log, session: session.seq, version, ...more };
  return callAs(agent, "POST", `/api/v1/conversations/${conversation}/${name}`, { json });
}

/** Sends a write with an Idempotency-Key. */
export function write(agent: SignedIn, name: "replies" | "notes", row: DeskRow, key: string, json: object) {
  const options = { json: { log: row.log, ...json }, headers: { "idempotency-key": key } };
  return callAs(agent, "POST", `/api/v1/conversations/${row.conversation}/${name}`, options);
}

/**
 * Opens the socket of an agent's page by its route, and sends `hello`: an agent without a page is assigned no session.
 */
export async function openPage(agent: SignedIn): Promise<OpenPage> {
  const response = await callAs(agent, "GET", "/api/v1/desk/socket", { headers: { upgrade: "websocket" } });
  if (response.status !== 101) throw new Error(await response.text());
  pages += 1;
  const model = new PageModel(`page-of-the-routes-${pages}`, ["queue"]);
  const page = new OpenPage(must(response.webSocket, "socket"), model);
  page.say(page.model.hello());
  await page.shows(() => page.framesOf("welcome").length === 1);
  return page;
}

/** Returns the row in the answer to a command. @throws when the command was refused */
export async function rowAfter(response: Response): Promise<DeskRow> {
  if (response.status !== 200) throw new Error(await response.text());
  return must((await response.json<{ readonly row: DeskRow | null }>()).row, "row");
}

/** Adds an agent with a page who is not online, so that no session is assigned automatically. */
export async function present(...made: Parameters<typeof makeAgent>): Promise<SignedIn> {
  const agent = await makeAgent(...made);
  await openPage(agent);
  return agent;
}

/** Makes the agent online, so that the desk assigns sessions of the queue. */
export async function goOnline(agent: SignedIn): Promise<void> {
  const response = await callAs(agent, "PUT", "/api/v1/me/presence", { json: { state: "online", reason: null } });
  if (response.status !== 200) throw new Error(await response.text());
}

/** Makes a user wait, and the agent take the session. @returns its row */
export async function served(agent: SignedIn, openid = newUser()): Promise<DeskRow> {
  return rowAfter(await act(agent, "take", await waits(openid, keyGets)));
}
