/** The open conversation: which rows are shown while it cannot be read, and what an erasure changes. */
import { beforeEach, describe, it } from "vitest";
import { ApiProblem } from "../../../console/client/api.ts";
import { createOpenConversation, type OpenConversation } from "../../../console/client/open-conversation.ts";
import { createStore } from "../../../console/client/store.ts";
import type { LogPage } from "../../../console/model/log.ts";
import { EMPTY_DESK, type DeskState } from "../../../console/model/state.ts";
import type { ShownDeskRow } from "../../../shared/api/socket.ts";
import { rowsOf, said } from "../../browser/desk/sample-log.ts";
import { conversationId, LOG, row } from "../../browser/desk/sample.ts";

const CONVERSATION = conversationId(1);
const NEXT_LOG = "2-0badcafe";
const GONE = new ApiProblem(410, "gone", {});
const rows = rowsOf(said({ type: "text", content: "在吗" }));

let state = createStore<DeskState>(EMPTY_DESK);
let answers: (() => Promise<LogPage>)[] = [];
let isLive = true;
let opened: OpenConversation;

function pageOf(log: string): () => Promise<LogPage> {
  return () => Promise.resolve({ log, rows, next: 1 });
}

function fail(problem: ApiProblem): () => Promise<LogPage> {
  return () => Promise.reject(problem);
}

/** Puts the conversation into the lists with a log. */
function list(log: string): void {
  const listed: ShownDeskRow = { ...row({ n: 1, text: "在吗", views: ["mine"] }), log };
  state.change((before) => ({ ...before, rows: new Map([[CONVERSATION, listed]]) }));
}

/** Opens another conversation and then the first one again, with these answers. */
async function comeBack(...next: (() => Promise<LogPage>)[]): Promise<void> {
  answers = [pageOf(LOG), ...next];
  opened.open(conversationId(2));
  await settle();
  opened.open(CONVERSATION);
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

beforeEach(async () => {
  state = createStore<DeskState>(EMPTY_DESK);
  isLive = true;
  opened = createOpenConversation({
    state,
    readLog: () => (answers.shift() ?? fail(new ApiProblem(0, "unreachable", {})))(),
    isLive: () => isLive,
    send: () => {},
  });
  list(LOG);
  answers = [pageOf(LOG)];
  opened.open(CONVERSATION);
  await settle();
});

describe("a conversation that was open before", () => {
  it("shows its rows when it cannot be read", async ({ expect }) => {
    await comeBack();
    expect(state.get().open).toMatchObject({ log: LOG, rows, status: "failed" });
  });

  it("shows its rows without a connection, and those after them are read with the next one", async ({ expect }) => {
    answers = [pageOf(LOG)];
    opened.open(conversationId(2));
    await settle();
    isLive = false;
    opened.open(CONVERSATION);
    expect(state.get().open).toMatchObject({ log: LOG, rows, status: "gap" });
  });

  it.for([
    [403, "forbidden", "failed"],
    [404, "conversation_not_found", "erased"],
    [410, "gone", "erased"],
  ] as const)("shows nothing after a %d %s", async ([status, code, shown], { expect }) => {
    await comeBack(fail(new ApiProblem(status, code, {})));
    expect(state.get().open).toMatchObject({ log: null, rows: [], status: shown });
    await comeBack();
    expect(state.get().open).toMatchObject({ log: null, rows: [], status: "failed" });
  });
});

describe("a conversation that was erased while it is open", () => {
  beforeEach(async () => {
    answers = [fail(GONE)];
    state.change((before) => (before.open === null ? before : { ...before, open: { ...before.open, status: "gap" } }));
    opened.catchUp();
    await settle();
  });

  it("is not read again while the list still has the erased log, or does not have it", async ({ expect }) => {
    answers = [pageOf(NEXT_LOG)];
    opened.catchUp();
    state.change((before) => ({ ...before, rows: new Map() }));
    opened.catchUp();
    await settle();
    expect([state.get().open?.status, answers.length]).toStrictEqual(["erased", 1]);
  });

  it("is read again when the list has another log: the user has written again", async ({ expect }) => {
    answers = [pageOf(NEXT_LOG)];
    list(NEXT_LOG);
    opened.catchUp();
    await settle();
    expect(state.get().open).toMatchObject({ log: NEXT_LOG, rows, status: "ready" });
  });

  it("is read again when the other log came while the read was refused, and once if that is refused too", async ({
    expect,
  }) => {
    await comeBack(() => {
      list(NEXT_LOG);
      return Promise.reject(GONE);
    }, pageOf(NEXT_LOG));
    expect(state.get().open).toMatchObject({ log: NEXT_LOG, status: "ready" });
    await comeBack(fail(GONE), pageOf(NEXT_LOG));
    expect([state.get().open?.status, answers.length]).toStrictEqual(["erased", 1]);
  });
});
