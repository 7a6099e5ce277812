/**
 * Frames that no page sends, to the real object of the desk: the socket is closed with a reason or unaffected, other
 * pages notice nothing, and nothing of the frames is stored.
 */
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, it, vi } from "vitest";
import { MAX_FRAME, readServerFrames } from "../../shared/api/socket.ts";
import { connectPage } from "../../worker/desk/client.ts";
import { MAX_DRAFTS } from "../../worker/desk/drafts.ts";
import { must } from "../support/conversation.ts";
import { remote } from "../support/workerd.ts";
import { connect } from "./desk-page-play.ts";
import { addAgent, emptyDesk, idOf, inDesk, reports, waits } from "./desk-play.ts";
import { newUser } from "./desk-staff.ts";
import { lines, useObjects } from "./each-test.ts";

useObjects();
beforeEach(emptyDesk);

const ANN = "a0000000000a1";
const BEN = "a0000000000b2";
const PROTOCOL = 1;
const ID = "0".repeat(64);
const LOG = "1-00000000";
const HELLO = {
  type: "hello",
  protocol: PROTOCOL,
  page: "page-fuzzed-0123456789",
  epoch: null,
  rev: 0,
  views: ["all"],
};

/** What is sent, and whether the desk must close the socket for it. */
interface Attack {
  readonly message: string | Uint8Array<ArrayBuffer>;
  readonly isBad: boolean;
}

/** A socket on which the test can send anything. */
class RawPage {
  /** The close code and reason; null while it is open. */
  closed: readonly [code: number, reason: string] | null = null;
  byes: string[] = [];
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      for (const frame of readServerFrames(String(data))) if (frame.type === "bye") this.byes.push(frame.reason);
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = [code, reason];
    });
    socket.accept();
  }

  send(message: Attack["message"]): void {
    if (this.closed === null) this.#socket.send(message);
  }

  end(): void {
    if (this.closed === null) this.#socket.close(1000, "end");
  }
}

async function open(agent: string): Promise<RawPage> {
  const response = await connectPage(env.DESK, "apac", { agent, signIn: "s1" });
  return new RawPage(must(response.webSocket, "socket"));
}

/** Frames that pages may send, in any order. Those that name what does not exist change nothing. */
const permitted = fc.constantFrom(
  HELLO,
  { type: "view", name: "queue", on: true },
  { type: "view", name: "queue", on: false },
  { type: "open", conversation: ID, log: LOG, after: 0 },
  { type: "shut" },
  { type: "typing", on: true },
  { type: "seen", conversation: ID, log: LOG, session: 1, seq: 1 },
  { type: "draft", conversation: ID, log: LOG, draft: null },
  { type: "presence", state: "away", reason: "用餐" },
  { type: "from_a_later_version", anything: [1, { deep: true }] },
  { type: "__proto__" },
  { type: "constructor" },
);
const TYPES = ["hello", "view", "open", "seen", "draft", "typing", "presence"];
/** Values that are valid in no field of a frame. */
const wrong = fc.constantFrom<unknown>(
  [[]],
  { toString: 1 },
  Number.MAX_VALUE,
  -1.5,
  "x".repeat(30_000),
  "\u0000",
  "__proto__",
);
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const bad = (messages: fc.Arbitrary<Attack["message"]>): fc.Arbitrary<Attack> =>
  messages.map((message) => ({ message, isBad: true }));
const attack: fc.Arbitrary<Attack> = fc.oneof(
  { weight: 4, arbitrary: permitted.map((frame) => ({ message: JSON.stringify(frame), isBad: false })) },
  { weight: 1, arbitrary: bad(fc.string().filter((text) => !isJson(text))) },
  { weight: 1, arbitrary: bad(fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes))) },
  // Any JSON without a type.
  { weight: 1, arbitrary: bad(fc.json().filter((text) => !text.includes('"type"'))) },
  // A frame of a known type, every other field of it wrong or missing.
  {
    weight: 2,
    arbitrary: bad(
      fc
        .tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom("name", "conversation", "log", "views"), wrong))
        .map(([type, fields]) => JSON.stringify({ ...fields, type })),
    ),
  },
  // Too large, and as deep as fits.
  {
    weight: 1,
    arbitrary: bad(
      fc.constantFrom(
        JSON.stringify({ ...HELLO, more: "x".repeat(MAX_FRAME) }),
        "x".repeat(1_000_000),
        `{"type":"hello","views":${"[".repeat(30_000)}${"]".repeat(30_000)}}`,
        `${'{"type":'.repeat(7_000)}1${"}".repeat(7_000)}`,
      ),
    ),
  },
);

describe("whatever a page sends", () => {
  it("its socket is closed for the first bad frame alone, with the reason, and other pages go on", async ({
    expect,
  }) => {
    for (const id of [ANN, BEN]) await addAgent(id, { page: false });
    const openid = newUser();
    await waits(openid);
    const ben = await connect(BEN);
    await fc.assert(
      fc.asyncProperty(fc.array(attack, { minLength: 1, maxLength: 12 }), async (attacks) => {
        const page = await open(ANN);
        for (const { message } of attacks) page.send(message);
        if (attacks.some(({ isBad }) => isBad)) {
          await vi.waitUntil(() => page.closed !== null);
          expect([page.closed, page.byes]).toEqual([[4009, "bad_frame"], ["bad_frame"]]);
        } else {
          await inDesk(() => undefined);
          expect([page.closed, page.byes]).toEqual([null, []]);
        }
        page.end();
      }),
      { numRuns: 40 },
    );
    expect(ben.code).toBeNull();
    await waits(openid, "还在吗");
    await ben.shows(({ rows }) => rows.get(idOf(openid))?.session.unread === 2);
    await vi.waitUntil(() => inDesk(({ runner }) => runner.desk.tables.sockets.values.size === 1));
    const kept = await inDesk(({ runner: { desk } }, { sql }) => ({
      entries: desk.tables.entries.values.size,
      drafts: sql.exec("select * from drafts").toArray(),
    }));
    expect(kept).toEqual({ entries: 1, drafts: [] });
    expect(lines().map(({ event }) => event)).not.toContain("desk_frames_failed");
  });

  it("a flood is closed as too many, and a page that paces itself is not", async ({ expect }) => {
    for (const id of [ANN, BEN]) await addAgent(id, { page: false });
    const [flood, calm] = [await open(ANN), await open(BEN)];
    calm.send(JSON.stringify(HELLO));
    flood.send(JSON.stringify(HELLO));
    for (let count = 0; count < 200; count += 1) flood.send(JSON.stringify({ type: "typing", on: count % 2 === 0 }));
    await vi.waitUntil(() => flood.closed !== null);
    expect([flood.closed, flood.byes]).toEqual([[4029, "too_many"], ["too_many"]]);
    expect(calm.closed).toBeNull();
  });

  it("another version of the protocol is refused with its reason", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const page = await open(ANN);
    page.send(JSON.stringify({ ...HELLO, protocol: PROTOCOL + 1 }));
    await vi.waitUntil(() => page.closed !== null);
    expect([page.closed, page.byes]).toEqual([[4003, "protocol"], ["protocol"]]);
  });

  it("the newest 200 drafts of an agent are kept", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const more = 5;
    await inDesk(({ drafts }) => {
      for (let count = 0; count < MAX_DRAFTS + more; count += 1)
        drafts.save(ANN, count.toString(16).padStart(64, "0"), LOG, { text: `${count}`, mode: "reply" }, count);
    });
    const kept = await inDesk((_desk, { sql }) =>
      sql.exec<{ at: number }>("select at from drafts order by at").toArray(),
    );
    expect([kept.length, kept[0]?.at]).toEqual([MAX_DRAFTS, more]);
  });
});

describe("frames about what the agent may not see", () => {
  it("change nothing, show nothing, and leave the socket open", async ({ expect }) => {
    await addAgent(ANN, { page: false, teams: ["售前"] });
    await addAgent(BEN, { page: false, role: "admin", teams: ["售后"] });
    const openid = newUser();
    await waits(openid, "只给售后");
    const { log, session } = must(await remote(openid).snapshot(), "snapshot");
    const at = { session: must(session.open ?? undefined, "session").seq, version: session.version };
    const input = { log, by: { type: "system" }, desk: { isOpen: true } } as const;
    const moved = { ...at, version: at.version + 1 };
    // At once: between them the desk would return the session, since its agent has no page yet.
    await Promise.all([
      remote(openid).command({ ...input, id: "take", action: { type: "take", agent: BEN, ...at } }),
      remote(openid).command({
        ...input,
        id: "move",
        action: { type: "transfer_to_team", team: "售后", isOffline: false, ...moved },
      }),
    ]);
    await reports(openid);
    const [ann, ben] = [await connect(ANN), await connect(BEN)];
    await ben.shows(({ rows }) => rows.get(idOf(openid))?.session.team === "售后");
    ben.say({ type: "open", conversation: idOf(openid), log, after: 0 });
    const before = await remote(openid).snapshot();
    const conversation = idOf(openid);
    const { to } = must(before, "snapshot");
    ann.say({ type: "open", conversation, log, after: 0 });
    ann.say({ type: "typing", on: true });
    ann.say({ type: "seen", conversation, log, session: at.session, seq: to });
    ann.say({ type: "draft", conversation, log, draft: { text: "x", mode: "reply" } });
    await waits(openid, "再说一次");
    await ben.shows(({ rows }) => (rows.get(conversation)?.session.unread ?? 0) >= 2);
    expect(ann.code).toBeNull();
    expect(JSON.stringify(ann.model.frames)).not.toMatch(new RegExp(`${conversation}|再说一次|只给售后`));
    expect(ben.model.who).toEqual({ viewing: [], typing: [] });
    expect(await inDesk((_desk, { sql }) => sql.exec("select * from drafts").toArray())).toEqual([]);
    expect(must(await remote(openid).snapshot(), "snapshot").session.version).toBe(
      must(before, "snapshot").session.version,
    );
  });
});
