/** Reads what there is about users whom agents serve: the emulator's records, the logs, the lists, the pages, the files. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { SHOWN_VIEWS, type Agent } from "./agent.ts";
import { readLog } from "./books.ts";
import type { Person } from "./cast.ts";
import type { Emulated } from "./emulated.ts";
import type { KefuHost } from "./kefu-host.ts";
import type { ServedBooks } from "./served-judge.ts";
import type { Team } from "./team.ts";

/** The classes of objects that many users share: what they store of a message must not be readable. */
const SHARED_OBJECTS = ["Desk", "Archive", "Audit", "Login", "Settings"];

/** Reads the records of some users. */
export async function readServed(
  emulated: Emulated,
  host: KefuHost,
  people: readonly Person[],
  team: Team,
): Promise<readonly ServedBooks[]> {
  const listed = new Map((await listAll(team)).map((row) => [row.conversation, row]));
  const books: ServedBooks[] = [];
  for (const { openid, appid, pushes } of people) {
    const client = host.client({ appid });
    const known = await client.conversation(openid);
    const id = known.ok ? known.value.id : "";
    const { lines } = await emulated.control.chat(openid, appid);
    const isOfUser = ({ conversation }: { readonly conversation: string }): boolean => conversation === id;
    books.push({
      openid,
      pushes: await Promise.all(
        pushes.map(async (push) => ({
          mark: push.act.mark,
          outcome: (await emulated.control.pushed(push.id)).outcome,
        })),
      ),
      delivered: lines.flatMap((line) => (line.from === "service" ? [{ text: line.text, at: line.at }] : [])),
      commands: team.commands.filter(isOfUser),
      replies: team.replies.filter(isOfUser),
      notes: team.notes.filter(isOfUser),
      rows: await readLog(client, openid),
      listed: listed.get(id),
    });
  }
  return books;
}

/** The sessions in the list of all, as the first agent sees them; every agent of the run sees every session. */
export async function listAll({ agents: [first] }: Team): Promise<readonly DeskRow[]> {
  if (first === undefined) throw new Error("there is no agent");
  return first.list("all");
}

/** Returns the lists that a page shows otherwise than the server: promise 9. */
export async function findWrongScreens(agent: Agent): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const view of SHOWN_VIEWS) {
    const shown = [...agent.page.state().rows.values()].filter(({ views }) => views.includes(view));
    const [there, here] = [await agent.list(view), shown].map(describeRows);
    if (there !== here) wrong.push(`${agent.id} shows another list ${view}`);
  }
  const { open } = agent.page.state();
  const seqs = (open?.rows ?? []).map(({ seq }) => seq);
  if (new Set(seqs).size !== seqs.length) wrong.push(`${agent.id} shows a row twice`);
  return wrong;
}

/** The rows of a list in a form that can be compared: who has which session, in which state. */
export function describeRows(rows: readonly DeskRow[]): string {
  const facts = rows.map(({ conversation, log, version, session, draft }) => [
    conversation,
    log,
    version,
    session,
    draft,
  ]);
  return JSON.stringify(facts.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
}

/** Returns the files of shared objects in which a text can be read: promise 11. @param persistTo the data folder */
export async function findTextsInClear(persistTo: string, texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  let files = 0;
  for (const entry of await readdir(persistTo, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !SHARED_OBJECTS.some((name) => entry.parentPath.endsWith(name))) continue;
    files += 1;
    const bytes = await readFile(path);
    const readable = texts.filter((text) => bytes.includes(text));
    if (readable.length > 0) found.push(`${path}: ${readable.slice(0, 3).join(", ")}`);
  }
  return files === 0 ? ["the files of the shared objects were not found"] : found;
}
