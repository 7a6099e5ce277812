/**
 * Makes a desk with the given texts in every field that others write: one text in each row, name or list entry, and all
 * texts joined where there is only one field.
 */
import type { ClosedRow } from "../../../shared/api/desk/lists.ts";
import type { RowJson } from "../../../shared/api/rows.ts";
import { noted, outcome, rowsOf, said, sent, session, type Maker } from "./sample-log.ts";
import { agent, conversationId, LI, LOG, row, WANG } from "./sample.ts";
import type { Script } from "./scripted.ts";

/** The names of the places in the rows of the conversation that have the texts. */
export const LOG_PLACES = [
  "entry",
  "event",
  "queue",
  "closed-reason",
  "said",
  "choice",
  "link-title",
  "link-text",
  "card-title",
  "card-path",
  "place",
  "file",
  "type",
  "reply",
  "rule",
  "sent-link",
  "sent-card",
  "failure",
  "code",
  "withheld",
  "note",
  "transfer-note",
] as const;

/** Returns a text as it is written in a place: with the place's name before it, so that each copy is different. */
export function at(place: string, text: string): string {
  return `${place}:${text}`;
}

/** Returns the id of the agent whose name is the text of this index. */
export function colleague(index: number): string {
  return `b${String(index).padStart(12, "0")}`;
}

/** The id of the conversation with the texts. */
export const CONVERSATION = conversationId(0x7f3a);

/** Joins the texts, for places with only one field. */
export function joined(texts: readonly string[]): string {
  return texts.join(" ");
}

/** Returns the answers of a server with the texts in every field. */
export function scriptOf(texts: readonly string[]): Pick<Script, "people" | "rows" | "answer"> {
  const all = joined(texts);
  return {
    people: [
      agent(WANG, at("you", all)),
      ...texts.map((text, index) => {
        const since = new Date().toISOString();
        return agent(colleague(index), at("agent", text), {
          teams: [at("agent-team", text)],
          wanted: { state: "away", reason: at("presence", text), since },
          actual: "away",
        });
      }),
    ],
    rows: [
      withTeam(row({ n: 0x7f3a, name: at("name", all), text: all, unread: 1, draft: true, views: ["mine"] }), all),
      ...texts.flatMap((text, index) => {
        const facts = { name: at("row-name", text), text: at("line", text), unread: 1 };
        return [
          row({ ...facts, n: 0x2000 + index, assignee: null, views: ["queue"] }),
          withTeam(row({ ...facts, n: 0x3000 + index, assignee: colleague(index), by: "agent", views: ["all"] }), text),
        ];
      }),
    ],
    answer(method, path) {
      if (path.startsWith("conversations?")) {
        return { status: 200, body: { view: "closed", rows: texts.map(closedRow), next: null } };
      }
      if (path.endsWith("/draft")) return { status: 200, body: { draft: { text: at("draft", all), mode: "reply" } } };
      if (path.endsWith("/unmask")) return { status: 200, body: { log: LOG, row: inClear(texts) } };
      if (path.endsWith("/take") || path.endsWith("/transfer")) {
        return { status: 409, body: { code: "taken", assignee: LI, name: at("taken-by", all) } };
      }
      if (method === "POST") return { status: 409, body: { code: at("refused", all) } };
      if (!path.includes("/messages")) return undefined;
      const rows = logOf(texts);
      return { status: 200, body: { log: LOG, rows, next: rows.length } };
    },
  };
}

/** Returns what the page has in its storage, as JSON: an unsent message and an unsent note. */
export function unsentOf(texts: readonly string[]): string {
  const value = (["text", "note"] as const).map((type) => ({
    id: `unsent-${type}`,
    conversation: CONVERSATION,
    log: LOG,
    content: { type, text: at(`unsent-${type}`, joined(texts)) },
    hold: false,
    seenSeq: null,
    writtenAt: Date.now(),
  }));
  return JSON.stringify({ at: Date.now(), value });
}

function inClear(texts: readonly string[]): RowJson {
  const facts = Object.fromEntries(texts.map((text) => [at("clear-fact", text), at("clear-value", text)]));
  const context = { label: at("clear-label", joined(texts)), claimed: facts, verified: null, unverifiedReason: null };
  const [shown] = rowsOf(action("enter", { name: "user_enter_tempsession", entryText: "", context }));
  if (shown === undefined) throw new Error("no row");
  return shown;
}

function withTeam(shown: Script["rows"][number], text: string): Script["rows"][number] {
  return { ...shown, session: { ...shown.session, team: at("team", text) } };
}

function closedRow(text: string, index: number): ClosedRow {
  const id = conversationId(0x4000 + index);
  return {
    conversation: id,
    log: LOG,
    session: 10,
    contact: { account: "mini-program:wx0123456789abcdef", tail: id.slice(-4), name: at("closed-name", text) },
    reason: at("closed-why", text),
    closedAt: new Date().toISOString(),
    assignee: colleague(index),
    team: at("closed-team", text),
    score: 5,
  };
}

function logOf(texts: readonly string[]): readonly RowJson[] {
  const facts = (name: string, value: string): Record<string, string> =>
    Object.fromEntries(texts.map((text) => [at(name, text), at(value, text)]));
  const context = {
    label: at("label", joined(texts)),
    claimed: facts("fact", "value"),
    verified: facts("signed-fact", "signed-value"),
    unverifiedReason: null,
  };
  return rowsOf(
    ...texts.flatMap((text, index) => rowsWith(text, colleague(index), 1 + index * ROWS_EACH)),
    action("enter", { name: "user_enter_tempsession", entryText: "", context }),
    said({ type: "text", content: "电话 138****8000" }),
  );
}

/** The number of rows of each text. */
const ROWS_EACH = 21;

/** Makes `ROWS_EACH` rows with the text in each field. @param first the seq of the first row */
function rowsWith(text: string, author: string, first: number): readonly Maker[] {
  const by = (place: (typeof LOG_PLACES)[number]): string => at(place, text);
  const agentBy = { type: "agent", id: author } as const;
  const noContext = { label: "", claimed: null, verified: null, unverifiedReason: null };
  return [
    action("enter", { name: "user_enter_tempsession", entryText: by("entry"), context: noContext }),
    action("other", { name: by("event") }),
    session("opened"),
    session("queued", { team: by("queue") }),
    session("assigned", { assignee: author }, by("transfer-note")),
    said({ type: "text", content: by("said") }),
    said({ type: "menu-choice", content: by("choice") }),
    said({ type: "link", title: by("link-title"), description: by("link-text"), url: text }),
    said({ type: "card", title: by("card-title"), appId: text, pagePath: by("card-path") }),
    said({ type: "location", latitude: 1, longitude: 2, label: by("place") }),
    said({ type: "file", mediaId: text, fileName: by("file") }),
    said({ type: "unknown", name: by("type") }),
    sent({ type: "text", content: by("reply") }, agentBy),
    outcome(first + 12, "failed", { reason: by("failure") }),
    sent({ type: "text", content: by("rule") }, { type: "rule", id: text }),
    outcome(first + 14, "failed", { reason: "unheard_of", code: by("code") }),
    sent({ type: "link", title: by("sent-link"), description: text, url: text } as Parameters<typeof sent>[0], agentBy),
    sent({ type: "card", title: by("sent-card"), pagePath: text } as Parameters<typeof sent>[0], agentBy),
    withheld(by("withheld")),
    noted(by("note"), author),
    session("closed", { reason: by("closed-reason"), assignee: author }),
  ];
}

function action(type: string, content: Readonly<Record<string, unknown>>): Maker {
  return (head) =>
    ({
      ...head,
      kind: "in",
      ref: null,
      by: { type: "user" },
      facts: { event: "action", type },
      content: { event: "action", type, createdAt: head.at, ...content },
    }) as unknown as RowJson;
}

function withheld(reason: string): Maker {
  return (head) => ({ ...head, kind: "blocked", ref: null, by: { type: "system" }, facts: { reason }, content: null });
}
