/** The part of the queue that alerts use. */
import { describe, it } from "vitest";
import { NO_USERS } from "../../../worker/alerts/core/alert.ts";
import { viewQueue } from "../../../worker/desk/alerts/queue-view.ts";
import { choosePresence } from "../../../worker/desk/core/presence.ts";
import { requestPark, requestTransferToTeam } from "../../../worker/desk/core/requests.ts";
import { openDraft } from "../../../worker/desk/core/state.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { HOUR, MINUTE } from "../../support/sessions.ts";

/** Agents who serve their teams and are assigned nothing automatically. */
const BUSY = { ...AGENT, wanted: { ...AGENT.wanted, state: "busy" } } as const;
const IDS = ["one", "two", "bot"];

function startShop(): DeskWorld {
  const world = createDeskWorld({ conversations: IDS, agents: { a: BUSY, t: { ...BUSY, teams: ["t"] } } });
  for (const id of IDS) {
    world.pass(MINUTE);
    world.happens(id, ({ writes }) => writes(id === "bot"));
  }
  world.deliverAll();
  return world;
}
const view = (world: DeskWorld) => viewQueue(openDraft(world.desk(), { now: world.now(), settingsOf: () => SETTINGS }));

describe("the queue as input of alerts", () => {
  it("contains the users whom automation does not serve, and the start of the longest wait", ({ expect }) => {
    const world = startShop();
    const since = world.now() - 2 * MINUTE;
    expect(view(world)).toEqual({ unattended: { count: 2, since }, attended: NO_USERS });
    world.online("a");
    expect(view(world)).toEqual({ unattended: NO_USERS, attended: { count: 2, since } });
  });

  it("counts a user as attended only if an agent of the team is present", ({ expect }) => {
    const world = startShop();
    world.online("a");
    world.takes("a", "one");
    world.deliverAll();
    world.decide((draft) =>
      requestTransferToTeam(draft, { ...world.named("a", "one", "to team"), team: "t", sealedNote: null }),
    );
    world.deliverAll();
    expect(view(world)).toMatchObject({ unattended: { count: 1 }, attended: { count: 1 } });
    world.online("t");
    expect(view(world)).toMatchObject({ unattended: { count: 0 }, attended: { count: 2 } });
  });

  it("counts a user whose agent has not answered, until the agent answers", ({ expect }) => {
    const world = startShop();
    world.online("a");
    for (const id of ["one", "two"]) world.takes("a", id);
    world.deliverAll();
    expect(view(world).attended.count).toBe(2);
    world.decide((draft) => requestPark(draft, { ...world.named("a", "two", "park"), until: world.now() + HOUR }));
    world.deliverAll();
    expect(view(world).attended.count).toBe(2);
  });

  it("counts an agent as present until the grace period is over, and not on a break", ({ expect }) => {
    const world = startShop();
    world.online("a");
    world.decide((draft) => choosePresence(draft, "a", { state: "away", reason: null }));
    expect(view(world).unattended.count).toBe(2);
    world.decide((draft) => choosePresence(draft, "a", { state: "offline", reason: null }));
    world.decide((draft) => choosePresence(draft, "a", { state: "online", reason: null }));
    expect(view(world).attended.count).toBe(2);
  });
});
