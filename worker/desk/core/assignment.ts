/**
 * Assigns queued sessions in strict order whenever capacity may be free: the session that has waited longest is
 * assigned to the agent whose last assignment is oldest (DESK_LESSONS §5). With offers enabled, the agent must accept
 * first. Pure.
 */
import { ok, err, type Result } from "../../../shared/base/result.ts";
import { findAdmissionRefusal, type AdmissionRefusal } from "./admission.ts";
import { derivedId, nameSession, type GivingCommand } from "./command.ts";
import { ownershipOf, type Entry } from "./entry.ts";
import { choosePresence, isConnected } from "./presence.ts";
import { QUEUED, type Draft, type Reservation } from "./state.ts";

/** The reason of an agent's break after a missed offer. */
export const MISSED_OFFER = "missed_offer";

/** Reserves agents for waiting sessions, as many as capacity allows. */
export function drainQueue(draft: Draft): void {
  let free = findFreeAgents(draft);
  if (free.length === 0) return;
  for (const [conversation, entry] of listWaiting(draft)) {
    const owner = ownershipOf(entry);
    const agent = free.find((id) => findAdmissionRefusal(draft, id, owner, "assign") === undefined);
    if (agent === undefined) continue;
    reserve(draft, conversation, entry, agent);
    free = findFreeAgents(draft);
    if (free.length === 0) return;
  }
}

/** Returns the sessions in the queue, in their order. */
export function listWaiting(draft: Draft): readonly (readonly [conversation: string, entry: Entry])[] {
  const { settings } = draft.context;
  const placeOf = ({ session }: Entry): number => (session.status === "queued" ? session.queuedAt : 0);
  return draft.entries
    .inBucket(QUEUED)
    .filter(
      ([conversation, { missedOffers }]) =>
        draft.reservations.inBucket(conversation).length === 0 &&
        (settings.offerMs === 0 || missedOffers < settings.maxMissedOffers),
    )
    .sort(([one, first], [other, second]) => placeOf(first) - placeOf(second) || (one < other ? -1 : 1));
}

/**
 * Ends the offers that have expired: their agents are on a break from now on, unless they chose another presence
 * meanwhile. Offers of agents who cannot answer any more are withdrawn and do not count as missed. The session is offered
 * to the next agent.
 */
export function endOffers(draft: Draft): void {
  const { now } = draft.context;
  draft.reservations.forEach((reservation, id) => {
    if (reservation.phase !== "offered") return;
    const { conversation, command, expiresAt } = reservation;
    const isThere = isOnline(draft, command.agent);
    if (expiresAt > now && isThere && isConnected(draft, command.agent)) return;
    draft.reservations.remove(id);
    if (expiresAt > now) return;
    if (isThere) choosePresence(draft, command.agent, { state: "away", reason: MISSED_OFFER });
    const entry = draft.entries.get(conversation);
    if (entry !== undefined) draft.entries.set(conversation, { ...entry, missedOffers: entry.missedOffers + 1 });
  });
}

function isOnline(draft: Draft, id: string): boolean {
  const agent = draft.agents.get(id);
  return agent?.wanted.state === "online" && !agent.isSuspended;
}

/** Accepts an offer for an agent who may still get the session: the conversation is sent the command. */
export function acceptOffer(
  draft: Draft,
  agent: string,
  id: string,
): Result<null, { readonly reason: "offer_over" | AdmissionRefusal }> {
  const offer = draft.reservations.get(id);
  if (offer?.phase !== "offered" || offer.command.agent !== agent) return err({ reason: "offer_over" });
  const { conversation, command } = offer;
  // Its own reservation does not count towards the capacity.
  draft.reservations.remove(id);
  const entry = draft.entries.get(conversation);
  const refusal = entry === undefined ? "offer_over" : findAdmissionRefusal(draft, agent, ownershipOf(entry), "assign");
  if (refusal !== undefined) return err({ reason: refusal });
  draft.reservations.set(id, { phase: "asking", conversation, command });
  return ok(null);
}

function reserve(draft: Draft, conversation: string, entry: Entry, agent: string): void {
  const { now, settings } = draft.context;
  const command: GivingCommand = {
    type: "assign",
    id: derivedId(conversation, entry, "assign", entry.version, agent),
    ...nameSession(entry),
    agent,
  };
  const reservation: Reservation =
    settings.offerMs === 0
      ? { phase: "asking", conversation, command }
      : { phase: "offered", conversation, command, expiresAt: now + settings.offerMs };
  draft.reservations.set(command.id, reservation);
  const turn = draft.counters.turn + 1;
  draft.counters = { ...draft.counters, turn };
  draft.turns.set(agent, turn);
}

/** Returns the agents who may get a session of at least one team, the one whose last assignment is oldest first. */
function findFreeAgents(draft: Draft): readonly string[] {
  const free: string[] = [];
  draft.agents.forEach((_agent, id) => {
    if (findAdmissionRefusal(draft, id, { team: null, assignee: null }, "assign") === undefined) free.push(id);
  });
  const turnOf = (id: string): number => draft.turns.get(id) ?? 0;
  return free.sort((one, other) => turnOf(one) - turnOf(other) || (one < other ? -1 : 1));
}
