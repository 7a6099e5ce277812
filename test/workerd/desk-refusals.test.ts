/** The refusals of the desk's routes, each caused by requests of agents and users. */
import { beforeEach, describe, it, vi } from "vitest";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { MAX_TRANSFERS } from "../../worker/conversation/core/session/commands.ts";
import { must } from "../support/conversation.ts";
import { constantSettings } from "../support/desk-settings.ts";
import { bodyOf, call } from "./api-client.ts";
import { addKeeper, emptyDesk, withOtherDesk } from "./desk-play.ts";
import {
  act,
  getsAs,
  goOnline,
  keyGets,
  newUser,
  present,
  rowAfter,
  rowIn,
  served,
  useDesk,
  waits,
  write,
} from "./desk-routes-play.ts";
import { wechat } from "./each-test.ts";
import { callAs, codeOf, type SignedIn } from "./people-play.ts";

useDesk();
beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
});

/** Returns the status and the problem's code of an answer. */
const outcomeOf = async (response: Response) => [response.status, await codeOf(response)];

/** Adds an agent with this capacity who is online. */
async function target(capacity: number): Promise<SignedIn> {
  const agent = await present("agent", { capacity });
  await goOnline(agent);
  return agent;
}

describe("a command on an old state", () => {
  it("is refused with the session as it is now", async ({ expect }) => {
    const ann = await present();
    const taken = await served(ann);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const parked = await rowAfter(await act(ann, "park", taken, { until }));
    const refused = await act(ann, "unpark", taken);
    expect(refused.status).toBe(409);
    expect(await bodyOf(refused)).toMatchObject({ code: "session_changed", row: { version: parked.version } });
  });

  it("is refused when the user has written since: a close, and a reply to an older message", async ({ expect }) => {
    const [ann, openid] = [await present(), newUser()];
    const taken = await served(ann, openid);
    const seenSeq = taken.session.lastUserSeq;
    await wechat.text(openid, "还在吗");
    await vi.waitUntil(async () => (await rowIn("mine", openid, getsAs(ann))).session.lastUserSeq > seenSeq);
    const newest = (await rowIn("mine", openid, getsAs(ann))).session.lastUserSeq;
    expect(await bodyOf(await act(ann, "close", taken, { seenSeq }))).toMatchObject({
      status: 409,
      code: "stale",
      from: seenSeq,
      to: newest,
    });
    const reply = { type: "text", content: "在的", seenSeq };
    expect(await bodyOf(await write(ann, "replies", taken, "stale-1", reply))).toMatchObject({
      status: 409,
      code: "stale",
      from: seenSeq,
    });
    expect((await write(ann, "replies", taken, "stale-2", { ...reply, seenSeq: newest })).status).toBe(202);
  });
});

describe("a transfer to an agent", () => {
  it("reaches an agent who is online, with the note", async ({ expect }) => {
    const ann = await present();
    const taken = await served(ann);
    const ben = await target(5);
    const moved = await rowAfter(await act(ann, "transfer", taken, { to: { agent: ben.id }, note: "请跟进退款" }));
    expect(moved.session).toMatchObject({ status: "serving", assignee: ben.id });
    expect((await rowIn("mine", taken.contact.tail, getsAs(ben))).version).toBe(moved.version);
    const messages = await callAs(
      ben,
      "GET",
      `/api/v1/conversations/${taken.conversation}/messages?before=end&limit=5`,
    );
    expect(await messages.text()).toContain("请跟进退款");
  });

  it("is refused with the agent it names: unknown, not online, full, of another team, the same", async ({ expect }) => {
    const ann = await present("supervisor", { teams: ["售前"] });
    const taken = await served(ann);
    const [away, full, ben] = [await present(), await target(0), await target(5)];
    const refusalOf = async (agent: string, row: DeskRow = taken) => {
      const body = await bodyOf(await act(ann, "transfer", row, { to: { agent } }));
      return [body["status"], body["code"], body["agent"]];
    };
    expect(await refusalOf("a000000000000")).toEqual([409, "no_agent", "a000000000000"]);
    expect(await refusalOf(away.id)).toEqual([409, "agent_absent", away.id]);
    expect(await refusalOf(full.id)).toEqual([409, "over_capacity", full.id]);
    const queued = await rowAfter(await act(ann, "transfer", taken, { to: { team: "售前" } }));
    const again = await rowAfter(await act(ann, "take", queued));
    expect(await refusalOf(ben.id, again)).toEqual([409, "other_team", ben.id]);
    await goOnline(ann);
    expect((await refusalOf(ann.id, again)).slice(0, 2)).toEqual([409, "same_agent"]);
    expect(await outcomeOf(await act(ann, "transfer", again, { to: { team: "售前" } }))).toEqual([409, "same_team"]);
    expect(await outcomeOf(await act(ann, "transfer", again, { to: { team: "没有" } }))).toEqual([409, "no_team"]);
  });

  it("is refused after the tenth of a session", async ({ expect }) => {
    const taken = await served(await present("admin"));
    const agents = [await target(50), await target(50)];
    const transfer = (row: DeskRow, to: SignedIn) => {
      const { conversation, log, version, session } = row;
      const json = { id: `limit-${version}`, log, session: session.seq, version, to: { agent: to.id } };
      return call("POST", `/api/v1/conversations/${conversation}/transfer`, { json });
    };
    let row = taken;
    for (let count = 0; count < MAX_TRANSFERS; count += 1) {
      row = await rowAfter(await transfer(row, must(agents[count % 2])));
      expect(row.session.assignee).toBe(agents[count % 2]?.id);
    }
    expect(await outcomeOf(await transfer(row, must(agents[MAX_TRANSFERS % 2])))).toEqual([409, "transfer_limit"]);
  });
});

describe("an offer", () => {
  /** Makes a user wait and the desk offer the session to the agent, as if offers were switched on. */
  async function offered(agent: SignedIn): Promise<DeskRow> {
    const openid = newUser();
    await waits(openid, keyGets);
    const settings = constantSettings({ offerMs: 60_000 });
    await withOtherDesk({ settings }, (other) => {
      other.openSocket("page of the offer", agent.id);
      other.agents.choosePresence(agent.id, { state: "online", reason: null });
    });
    return rowIn("queue", openid, keyGets);
  }
  const answer = (agent: SignedIn, { conversation, offer }: DeskRow, accept: boolean) =>
    callAs(agent, "POST", `/api/v1/conversations/${conversation}/offer`, {
      json: { id: must(offer, "offer").id, accept },
    });

  it("assigns the session to the agent who accepts it, and a repeat gets the same answer", async ({ expect }) => {
    const [ann, ben] = [await present(), await present()];
    const row = await offered(ann);
    expect(row.offer).toMatchObject({ agent: ann.id });
    expect(await outcomeOf(await answer(ben, row, true))).toEqual([409, "offer_over"]);
    const accepted = await rowAfter(await answer(ann, row, true));
    expect(accepted).toMatchObject({ session: { status: "serving", assignee: ann.id }, offer: null });
    expect((await rowAfter(await answer(ann, row, true))).version).toBe(accepted.version);
  });

  it("can be rejected by its agent, and a repeat gets the same answer", async ({ expect }) => {
    const [ann, ben] = [await present(), await present()];
    const row = await offered(ann);
    expect(await outcomeOf(await answer(ben, row, false))).toEqual([409, "offer_over"]);
    expect((await answer(ann, row, false)).status).toBe(200);
    expect((await answer(ann, row, false)).status).toBe(200);
  });
});
