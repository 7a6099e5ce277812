/**
 * Assigns queued sessions in strict order whenever capacity may be free: the session that has waited longest is
 * assigned to the agent whose last assignment is oldest (DESK_LESSONS §5). With offers enabled, the agent must accept
 * first. Pure.
 */
import { isInTeam } from "../../../shared/api/desk/rights.ts";
import { ok, err, type Result } from "../../../shared/base/result.ts";
import { findAdmissionRefusal, isAvailable, loadOf, type AdmissionRefusal } from "./admission.ts";
import type { Agent } from "./agent.ts";
import { derivedId, nameSession, type GivingCommand } from "./command.ts";
import { ownershipOf, type Entry } from "./entry.ts";
import { choosePresence } from "./presence.ts";
import type { AgentRequest } from "./requests.ts";
import { queueOf, reservedIn, type Draft, type Reservation } from "./state.ts";

/** The `reason` of the presence `away` that an agent gets after a missed offer. */
export const MISSED_OFFER = "missed_offer";

/** An agent with free capacity. */
interface FreeAgent {
  readonly id: string;
  readonly agent: Agent;
  free: number;
}

/**
 * Reserves agents for waiting sessions, as many as capacity allows. Loads are computed once: a wake may assign
 * thousands of sessions.
 */
export function drainQueue(draft: Draft): void {
  const round = findFreeAgents(draft);
  if (round.length === 0) return;
  const teams = new Set(round.flatMap(({ agent }) => agent.teams));
  for (const [conversation, entry] of listWaiting(draft, [null, ...teams])) {
    const at = round.findIndex(({ agent }) => isInTeam(agent, entry.session.team));
    const next = round[at];
    if (next === undefined) continue;
    reserve(draft, conversation, entry, next.id);
    round.splice(at, 1);
    next.free -= 1;
    if (next.free > 0) round.push(next);
    if (round.length === 0) return;
  }
}

/** Returns the sessions in the queues of teams, in their order. */
function listWaiting(
  draft: Draft,
  teams: readonly (string | null)[],
): readonly (readonly [conversation: string, entry: Entry])[] {
  const placeOf = ({ session }: Entry): number => (session.status === "queued" ? session.queuedAt : 0);
  const isOffered = (conversation: string, { missedOffers }: Entry): boolean => {
    const { offerMs, maxMissedOffers } = draft.context.settingsOf(conversation);
    return offerMs === 0 || missedOffers < maxMissedOffers;
  };
  return teams
    .flatMap((team) => draft.entries.inBucket(queueOf(team)))
    .filter(
      ([conversation, entry]) =>
        draft.reservations.sizeOf(reservedIn(conversation)) === 0 && isOffered(conversation, entry),
    )
    .sort(([one, first], [other, second]) => placeOf(first) - placeOf(second) || (one < other ? -1 : 1));
}

/**
 * Ends the offers that have expired: their agents are on a break from now on, unless they chose another presence
 * meanwhile. Offers of agents who cannot answer any more are withdrawn and do not count as missed. The session is
 * offered to the next agent unless the maximum of missed offers is reached.
 */
export function endOffers(draft: Draft): void {
  const { now } = draft.context;
  draft.reservations.forEach((reservation, id) => {
    if (reservation.phase !== "offered") return;
    const { conversation, command, expiresAt } = reservation;
    const agent = draft.agents.get(command.agent);
    if (expiresAt > now && agent !== undefined && isAvailable(draft, command.agent, agent)) return;
    draft.reservations.remove(id);
    if (expiresAt > now) return;
    if (agent?.wanted.state === "online") choosePresence(draft, command.agent, { state: "away", reason: MISSED_OFFER });
    countMissed(draft, conversation);
  });
}

/**
 * Accepts an offer, so that its command is sent. Fails when the offer is over or the agent may not get the session; the
 * offer is then removed.
 */
export function acceptOffer(
  draft: Draft,
  agent: string,
  id: string,
): Result<null, { readonly reason: "offer_over" | AdmissionRefusal }> {
  const held = draft.reservations.get(id);
  if (held?.phase === "asking" && held.command.agent === agent) {
    // A repeat while the first command is under way: the conversation is asked again at once, by the same command.
    draft.asked.remove(id);
    return ok(null);
  }
  const offer = findOffer(draft, agent, id);
  if (offer === undefined) return err({ reason: "offer_over" });
  const { conversation, command } = offer;
  // The offer's own reservation must not count towards the capacity.
  draft.reservations.remove(id);
  const entry = draft.entries.get(conversation);
  const refusal = entry === undefined ? "offer_over" : findAdmissionRefusal(draft, agent, ownershipOf(entry), "assign");
  if (refusal !== undefined) return err({ reason: refusal });
  draft.reservations.set(id, { phase: "asking", conversation, command });
  return ok(null);
}

/**
 * Rejects an offer: it counts as missed, and the session is offered to the next agent unless the maximum of missed offers
 * is reached. A repeat changes nothing, although the desk may have lost
 * its memory and the same session may be offered to the agent again. Returns false when the offer is unknown.
 *
 * @param act the id that the page chose
 */
export function rejectOffer(
  draft: Draft,
  { agent, conversation, id: act }: Pick<AgentRequest, "agent" | "conversation" | "id">,
  id: string,
): boolean {
  const rejection = `${agent} ${act}`;
  if (draft.entries.get(conversation)?.rejections?.includes(rejection) === true) return true;
  const offer = findOffer(draft, agent, id);
  if (offer === undefined) return false;
  draft.reservations.remove(id);
  countMissed(draft, offer.conversation, rejection);
  return true;
}

/**
 * Returns an offer to this agent; undefined: there is none, or its time is over, although the alarm may not have
 * removed it yet.
 */
function findOffer(draft: Draft, agent: string, id: string): Reservation | undefined {
  const offer = draft.reservations.get(id);
  const isOpen = offer?.phase === "offered" && offer.command.agent === agent && offer.expiresAt > draft.context.now;
  return isOpen ? offer : undefined;
}

/** Counts an offer that no agent accepted. @param rejection the act that rejected it; absent: its time is over */
function countMissed(draft: Draft, conversation: string, rejection?: string): void {
  const entry = draft.entries.get(conversation);
  if (entry === undefined) return;
  const rejections = [...(entry.rejections ?? []), ...(rejection === undefined ? [] : [rejection])];
  const missed = { ...entry, missedOffers: entry.missedOffers + 1 };
  draft.entries.set(conversation, rejections.length === 0 ? missed : { ...missed, rejections });
}

function reserve(draft: Draft, conversation: string, entry: Entry, agent: string): void {
  const { now, settingsOf } = draft.context;
  const { offerMs } = settingsOf(conversation);
  const command: GivingCommand = {
    type: "assign",
    id: derivedId(conversation, entry, "assign", entry.version, agent),
    ...nameSession(entry),
    agent,
  };
  const reservation: Reservation =
    offerMs === 0
      ? { phase: "asking", conversation, command }
      : { phase: "offered", conversation, command, expiresAt: now + offerMs };
  draft.reservations.set(command.id, reservation);
  const turn = draft.counters.turn + 1;
  draft.counters = { ...draft.counters, turn };
  draft.turns.set(agent, turn);
}

/** Returns the available agents with free capacity, the one whose last assignment is oldest first. */
function findFreeAgents(draft: Draft): FreeAgent[] {
  const found: FreeAgent[] = [];
  draft.agents.forEach((agent, id) => {
    const free = isAvailable(draft, id, agent) ? agent.capacity - loadOf(draft, id) : 0;
    if (free > 0) found.push({ id, agent, free });
  });
  const turnOf = ({ id }: FreeAgent): number => draft.turns.get(id) ?? 0;
  return found.sort((one, other) => turnOf(one) - turnOf(other) || (one.id < other.id ? -1 : 1));
}
